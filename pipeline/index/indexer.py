"""Index: from the files of a corpus to its utterances, by names and tables; no audio is decoded."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from posixpath import splitext
from typing import NamedTuple

from pipeline.common.globs import glob_matcher
from pipeline.common.numbers import read_number
from pipeline.common.patterns import Pattern, compile_pattern
from pipeline.common.spelling import compose
from pipeline.index.cell_lists import spread_cells
from pipeline.index.segment_tables import segment_groups
from pipeline.index.table_join import (
    Row,
    TableRows,
    fill_template,
    group_answers,
    merge_rows,
    split_answers,
    take_fields,
)
from pipeline.index.units import read_unit
from pipeline.raters.answers import read_answers
from pipeline.schema.utterance import DropReason, Utterance, excluded, rejected
from pipeline.sources.listing import SourceFile
from pipeline.specs.corpus_spec import CorpusSpec

Fields = dict[str, str | None]


class Joined(NamedTuple):
    """What is known of an utterance.

    Attributes:
        dropped: Why it can't be used; None where it can.
        answers: Rows of its raters, which are no facts about it.
    """

    fields: Fields
    dropped: DropReason | None = None
    answers: tuple[Row, ...] = ()


_MILDEST = {"keep": 0, "exclude": 1, "reject": 2}
"""Of several tables of segments: how a clip without a row in any of them is dropped."""

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
        files: Those of its folder.
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
        clips: As :func:`find_clips` yields them.
        tables: As :func:`pipeline.index.table_join.load_tables` gives them.

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
        if file.problem and not rule:
            rule = rejected("index", "bad_file", file.problem)
        if fields is None:
            unrecognised = Joined({}, rule or _unrecognised(spec))
            yield _utterance(spec, file, glob_rank, path, unrecognised)
            continue
        known = _join_own_row(spec, file, Joined(_apply_corrections(spec, fields, fields["stem"])))
        yield from _drop_contradictions(
            spec,
            [
                _utterance(
                    spec, file, glob_rank, path, joined._replace(dropped=rule or joined.dropped)
                )
                for joined in join_tables(spec, known, tables)
            ],
        )


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
    disputed = {}
    for one, found in by_id.items():
        if any(other != found[0] for other in found):
            labels = " or ".join(sorted({repr(u.label_native) for u in found}))
            speakers = " or ".join(sorted({repr(u.speaker) for u in found}))
            disputed[one] = (
                f"{len(found)} rows have these times and disagree: emotion is {labels}; "
                f"speaker is {speakers}"
            )
    return [
        u._replace(dropped=drop("index", "rows_disagree", disputed[u.id]))
        if u.dropped is None and u.id in disputed
        else u
        for u in utterances
    ]


def read_path(path: str, patterns: Sequence[Pattern]) -> Fields | None:
    """Fields that a path gives: groups of the first pattern found in it; None where none is."""
    fields: Fields = {"path": path, "stem": splitext(path)[0].rpartition("/")[2]}
    if not patterns:
        return fields
    for pattern in patterns:
        if found := pattern.search(path):
            return fields | found.groupdict()
    return None


def join_tables(
    spec: CorpusSpec, known: Iterable[Joined], tables: Mapping[str, TableRows]
) -> list[Joined]:
    """Fields of a clip with those of its table rows added, in the order of the tables.

    Args:
        spec: The corpus.
        known: What is known of the clip, or of its segments.
        tables: By name.

    Returns:
        One entry a clip, or one a row where a table holds segments.
    """
    joined = list(known)
    for group in segment_groups(spec):
        names = [name for name in group if name in tables]
        joined = [entry for one in joined for entry in _join_group(spec, one, names, tables)]
    return joined


def _join_group(
    spec: CorpusSpec, joined: Joined, names: Sequence[str], tables: Mapping[str, TableRows]
) -> list[Joined]:
    """Joins a table, or several whose segments stand beside each other."""
    if not names:
        return [joined]
    if len(names) > 1:
        found = [name for name in names if tables[name].find(joined.fields)]
        names = found or [min(names, key=lambda name: _MILDEST[spec.tables[name].unmatched])]
    return [entry for name in names for entry in _join(spec, joined, name, tables[name])]


def _join(spec: CorpusSpec, joined: Joined, name: str, table: TableRows) -> list[Joined]:
    if rows := table.find(joined.fields):
        return _join_rows(spec, joined, name, rows)
    unmatched = table.table.unmatched
    if unmatched == "keep" or joined.dropped:
        return [joined]
    wanted = ", ".join(
        f"{column} = {' or '.join(repr(fill_template(t, joined.fields)) for t in templates)}"
        for column, templates in table.table.match.items()
    )
    detail = f"table {name!r} has no row with {wanted}"
    drop = excluded if unmatched == "exclude" else rejected
    return [joined._replace(dropped=drop("index", "no_table_row", detail))]


def _join_own_row(spec: CorpusSpec, file: SourceFile, joined: Joined) -> list[Joined]:
    """Adds the row that a clip is, in a file of rows."""
    if file.record is None:
        return [joined]
    rows = spec.clip_rows[file.rows]
    records = spread_cells([dict(file.record)], rows.cells, file.path)
    return _join_rows(spec, joined, file.rows, [take_fields(rows.take, r) for r in records])


def _join_rows(spec: CorpusSpec, joined: Joined, name: str, rows: Sequence[Row]) -> list[Joined]:
    """Adds the rows of a clip, in one of ``row_specs``."""
    answered = spec.raters.answers_in(name) if spec.raters else frozenset()
    facts, answers = split_answers(rows, answered)
    if not spec.row_specs[name].segments:
        return [_add_rows(spec, joined, name, facts, answers)]
    return [
        _add_rows(spec, joined, name, [segment], own)
        for segment, own in group_answers(facts, answers)
    ]


def _add_rows(
    spec: CorpusSpec, joined: Joined, name: str, facts: Sequence[Row], answers: Sequence[Row]
) -> Joined:
    """Adds the rows of a table for one utterance: what they state, and what its raters said."""
    row, disputed = merge_rows(facts)
    stem = joined.fields["stem"]
    settled = spec.corrections.get(stem or "", {}).keys()
    dropped = joined.dropped
    if disputed := {field: values for field, values in disputed.items() if field not in settled}:
        dropped = dropped or _disagreement(spec, name, len(facts), disputed)
    spelt = (_apply_replace(spec, answer) for answer in answers)
    return Joined(
        joined.fields | _apply_corrections(spec, row, stem), dropped, (*joined.answers, *spelt)
    )


def _disagreement(
    spec: CorpusSpec, table: str, rows: int, disputed: Mapping[str, Sequence[str]]
) -> DropReason:
    found = "; ".join(
        f"{field} is {' or '.join(map(repr, values))}" for field, values in disputed.items()
    )
    drop = excluded if spec.row_specs[table].disputed == "exclude" else rejected
    return drop(
        "index", "rows_disagree", f"table {table!r} has {rows} rows for it that disagree: {found}"
    )


def _apply_corrections(spec: CorpusSpec, fields: Fields, stem: str | None) -> Fields:
    """Applies ``corrections`` and ``replace``.

    Called again for every table row, because corrections win over tables.
    """
    return _apply_replace(spec, fields | spec.corrections.get(stem or "", {}))


def _apply_replace(spec: CorpusSpec, fields: Fields) -> Fields:
    if not spec.replace:
        return fields
    return {
        field: spec.replace[field].get(value, value) if field in spec.replace and value else value
        for field, value in fields.items()
    }


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
        text=spec.texts.get(text, text) if text else None,
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
