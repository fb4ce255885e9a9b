"""Index: from the files of a corpus to its utterances, by names and tables; no audio is decoded."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from posixpath import splitext

from pipeline.common.globs import glob_matcher
from pipeline.common.numbers import read_number
from pipeline.common.patterns import Pattern, compile_pattern
from pipeline.common.spelling import compose
from pipeline.index.replacements import apply_corrections
from pipeline.index.row_join import Joined, join_own_row, join_tables
from pipeline.index.table_rows import (
    TableRows,
    fill_template,
)
from pipeline.index.text_lines import join_lines
from pipeline.index.units import read_unit
from pipeline.raters.answers import read_answers
from pipeline.schema.fields import Fields
from pipeline.schema.utterance import DropReason, Utterance, excluded, rejected
from pipeline.sources.listing import SourceFile, too_large
from pipeline.specs.corpus_spec import CorpusSpec

FoundClip = tuple[SourceFile, int, str]
"""A file, the rank of the glob that found it, and its path from where the glob matches."""


def find_clips(
    spec: CorpusSpec,
    files: Iterable[SourceFile],
    on_other: Callable[[SourceFile], None] = lambda file: None,
) -> Iterator[FoundClip]:
    """Files that are clips of the corpus: found by ``audio`` and not by ``ignore``.

    Args:
        spec: The corpus.
        files: Files of the corpus.
        on_other: Called with every file that is no clip.
    """
    wanted = glob_matcher(spec.audio, spec.ignore_case)
    ignored = glob_matcher(spec.ignore, spec.ignore_case)
    for file in files:
        path = compose(file.path)
        if (hit := wanted(path)) and not ignored(path):
            yield file, *hit
        else:
            on_other(file)


def index_clips(
    spec: CorpusSpec,
    clips: Iterable[FoundClip],
    tables: Mapping[str, TableRows],
) -> Iterator[Utterance]:
    """Utterances of clips: one a file, or one a table row where a table holds segments.

    Args:
        spec: The corpus.
        clips: Clips, as :func:`find_clips` yields them.
        tables: Tables, as :func:`pipeline.index.table_files.load_tables` gives them.

    Yields:
        Utterances with their native label, speaker and text; rejected where the name fits no
        pattern or a table has no row for them.
    """
    patterns = [compile_pattern(pattern, spec.ignore_case) for pattern in spec.path]
    left_out = glob_matcher(list(spec.leave_out), spec.ignore_case)
    reasons = list(spec.leave_out.values())
    for file, glob_rank, path in clips:
        fields = read_path(path, patterns)
        hit = left_out(compose(file.path))
        rule = excluded("index", reasons[hit[0]], "left out by the spec") if hit else None
        large = too_large(file.size)
        if file.problem and file.problem != large and not rule:
            rule = rejected("index", "bad_file", file.problem)
        if fields is None:
            unrecognised = Joined({}, rule or _unrecognised(spec))
            yield _utterance(spec, file, glob_rank, path, unrecognised)
            continue
        known = join_own_row(spec, file, Joined(apply_corrections(spec, fields, fields["stem"])))
        utterances = [
            _utterance(
                spec, file, glob_rank, path, joined._replace(dropped=rule) if rule else joined
            )
            for joined in join_tables(spec, known, tables)
        ]
        if large:
            utterances = [_refuse_whole(utterance, large) for utterance in utterances]
        yield from _drop_contradictions(spec, utterances)


def _refuse_whole(utterance: Utterance, problem: str) -> Utterance:
    """Drops a clip of a file that is too large to be held; its parts are read by ranges."""
    part = utterance.start is not None or utterance.end is not None
    if utterance.dropped is not None or (part and not utterance.block):
        return utterance
    return utterance._replace(dropped=rejected("index", "bad_file", problem))


def _drop_contradictions(spec: CorpusSpec, utterances: list[Utterance]) -> list[Utterance]:
    """Drops segments of one file that have the same times and say different things."""
    if len(utterances) == 1:
        return utterances
    known = any(r.segments and r.disputed == "exclude" for r in spec.row_specs.values())
    drop = excluded if known else rejected
    by_id: dict[str, list[Utterance]] = {}
    for utterance in utterances:
        if utterance.dropped is None:
            by_id.setdefault(utterance.id, []).append(utterance)
    disputed = {
        one: f"{len(found)} rows have these times and disagree: "
        + _differences(found, spec.splits.group_field)
        for one, found in by_id.items()
        if any(other != found[0] for other in found)
    }
    return [
        u._replace(dropped=drop("index", "rows_disagree", disputed[u.id]))
        if u.dropped is None and u.id in disputed
        else u
        for u in utterances
    ]


def _differences(utterances: Sequence[Utterance], group_field: str) -> str:
    """Fields in which utterances of one id differ, each with its values."""
    names = {name: name for name in Utterance._fields if name != "emotion"}  # not known yet
    names["label_native"] = "emotion"
    names["group"] = group_field
    if group_field in Utterance._fields:  # is reported under its own name
        del names["group"]
    values = {
        shown: sorted({repr(getattr(one, name)) for one in utterances})
        for name, shown in names.items()
    }
    return "; ".join(
        f"{shown} is {' or '.join(found)}" for shown, found in values.items() if len(found) > 1
    )


def read_path(path: str, patterns: Sequence[Pattern]) -> Fields | None:
    """Fields that a path gives: groups of the first pattern found in it; None where none is."""
    fields: Fields = {"path": path, "stem": splitext(path)[0].rpartition("/")[2]}
    if not patterns:
        return fields
    for pattern in patterns:
        if found := pattern.search(path):
            return fields | found.groupdict()
    return None


def _utterance(
    spec: CorpusSpec,
    file: SourceFile,
    glob_rank: int,
    path: str,
    joined: Joined,
) -> Utterance:
    fields, dropped, answers = joined
    speaker = fill_template(spec.speaker, fields) if spec.speaker else fields.get("speaker")
    emotion = fill_template(spec.emotion, fields) if spec.emotion else fields.get("emotion")
    speaker = spec.same_speaker.get(speaker or "", speaker)
    fields = fields | {"speaker": speaker, "emotion": emotion}
    unit = read_unit(spec, fields)
    whole = f"{spec.id}/{splitext(path)[0]}"
    utterance_id = f"{whole}#{unit.name}" if unit.name else whole
    dedup_key = fill_template(spec.same_utterance, fields) if spec.same_utterance else None
    text = fields.get("text")
    return Utterance(
        id=utterance_id,
        corpus=spec.id,
        dedup_key=f"{spec.id}/{dedup_key}" if dedup_key else utterance_id,
        source_path=file.path,
        source_size=file.size,
        source_version=file.version,
        glob_rank=glob_rank,
        block=file.block,
        row=file.row,
        start=unit.start,
        end=unit.end,
        channel=unit.channel,
        language=_language(spec, fields),
        speaker=f"{spec.speaker_namespace}:{speaker}" if speaker else None,
        gender=_gender(spec, fields),
        age=_age(spec, fields),
        text=join_lines(spec.texts.get(text, text)) if text else None,
        group=spec.splits.group_of(fields),
        annotations={name: value for name in spec.kept_fields if (value := fields.get(name))},
        label_native=emotion,
        raters=read_answers(spec.raters, fields, answers) if spec.raters else (),
        dropped=dropped or unit.problem,
    )


def _unrecognised(spec: CorpusSpec) -> DropReason:
    expected = " or ".join(f"'{pattern}'" for pattern in spec.path)
    return rejected("index", "unrecognised_name", f"the name does not fit {expected}")


def _language(spec: CorpusSpec, fields: Fields) -> str | None:
    if spec.language:
        return spec.language.values.get(fields.get(spec.language.of) or "")
    return fields.get("language") or (spec.languages[0] if len(spec.languages) == 1 else None)


def _gender(spec: CorpusSpec, fields: Fields) -> str | None:
    return spec.gender(fields.get(spec.gender.of)) if spec.gender else None


def _age(spec: CorpusSpec, fields: Fields) -> float | None:
    if spec.age:
        return spec.age.values.get(fields.get(spec.age.of) or "")
    return read_number(fields.get("age"))
