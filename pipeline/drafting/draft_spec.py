"""Drafts a spec from a folder: guesses at names, tables and codes, for a person to correct."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePosixPath

from pipeline.common.errors import DataError, UsageError
from pipeline.common.globs import glob_matcher
from pipeline.common.patterns import compile_pattern
from pipeline.common.spelling import compose
from pipeline.drafting.emotion_vocabulary import guess_category
from pipeline.drafting.filename_patterns import NamePosition, assign_fields, common_pattern
from pipeline.drafting.table_discovery import DiscoveredTable, find_tables, join
from pipeline.index.indexer import Fields, read_path
from pipeline.index.table_join import ReadFile
from pipeline.sources.contents import describe_files
from pipeline.sources.listing import SourceFile, list_files
from pipeline.sources.reader import CorpusReader, list_sources
from pipeline.specs.corpus_spec import check_id
from pipeline.specs.shipped import builtin_ids
from pipeline.specs.source_spec import SourceRules

_ARCHIVES = (".zip", ".tar")
_UNKNOWN = '"?"'
_SHOWN = 5
"""Values or names that a comment shows."""


def draft_folder(corpus: str, root: str) -> str:
    """Drafts a spec from a folder; where it holds no clips, from the archives in it.

    Args:
        corpus: Id of the corpus to be.
        root: Folder or URL.

    Raises:
        UsageError: The id can't be one.
        DataError: There are no audio files, or an archive can't be read.
    """
    files = list_files(root)
    if any(_is_media(file) for file in files):
        return draft_spec(corpus, files, CorpusReader(root).read)
    spelt = {PurePosixPath(file.path).suffix for file in files}
    globs = [f"*{suffix}" for suffix in sorted(spelt) if suffix.lower() in _ARCHIVES]
    rules = SourceRules(globs)
    return draft_spec(corpus, list_sources(root, rules), CorpusReader(root, rules).read, globs)


def draft_spec(
    corpus: str, files: Sequence[SourceFile], read: ReadFile, archives: Sequence[str] = ()
) -> str:
    """Drafts a spec from the files of a corpus.

    Args:
        corpus: Id of the corpus to be.
        files: All files below its root.
        read: Gives the content of a listed file; called for tables only.
        archives: Globs of the archives that some of the files lie in.

    Returns:
        A spec as text; guesses are marked as such, with the values found, and what could not be
        guessed is a ``?`` for a person to fill in.

    Raises:
        UsageError: The id can't be one.
        DataError: There are no audio files.
    """
    try:
        check_id(corpus)
    except ValueError as error:
        raise UsageError(f"id of the corpus: {error}") from None
    listed = {_below_archive(file.path, archives): file for file in files}
    files = [file._replace(path=path) for path, file in listed.items()]
    media = [compose(file.path) for file in files if _is_media(file)]
    if not media:
        there = describe_files(files)
        raise DataError(f"no audio or video file among {_count(len(files), 'file')}: {there}")
    suffix = Counter(_suffix(path) for path in media).most_common(1)[0][0]
    names = [path for path in media if _suffix(path) == suffix]
    spelt = Counter(PurePosixPath(path).suffix for path in names).most_common()
    ending, mixed = spelt[0][0], len(spelt) > 1
    depth = Counter(path.count("/") for path in names).most_common(1)[0][0]
    positions = common_pattern(
        [str(PurePosixPath(path).with_suffix(ending)) for path in names if path.count("/") == depth]
    )

    found = find_tables(files, lambda path: read(listed[path].path))
    unnamed = _read_names(names, "", mixed)
    labelled = any(table.labels and table.column for table in (join(t, unnamed) for t in found))
    named = assign_fields(positions, labelled)
    regex = "^" + "".join(position.regex for position in named) + "$"
    clips = _read_names(names, regex, mixed)
    tables = [join(table, clips) for table in found]
    joined = _with_names([table for table in tables if table.column and table.take])
    others = [table for table in tables if table not in joined.values()]
    return "\n".join(
        [
            *_head(corpus, media, names, clips),
            "",
            *([f"archive: [{', '.join(map(_quoted, archives))}]"] if archives else []),
            f"audio: {_quoted('*/' * depth + '*' + ending)}",
            *(
                ["ignore_case: true                       # suffixes are spelt both ways"]
                if mixed
                else []
            ),
            f"path: {_quoted(regex)}",
            *_guesses(named),
            *_joined_tables(joined, clips),
            *_other_tables(others),
            "",
            *_emotions(Counter(filter(None, (_joined(c, joined).get("emotion") for c in clips)))),
            "splits: {by: speaker}",
            "",
            *_expectations(len(names), clips, joined),
            "",
        ]
    )


def _media_suffixes() -> tuple[str, ...]:
    from pipeline.audio.decoder import suffixes  # brings libraries that other commands don't need

    return tuple(suffixes())


def _is_media(file: SourceFile) -> bool:
    return file.path.lower().endswith(_media_suffixes()) and not file.problem


def _below_archive(path: str, archives: Sequence[str]) -> str:
    """The path of a member below its archive, as globs see it; other paths as they are."""
    match = glob_matcher(archives)
    parts = path.split("/")
    tops = (place for place in range(1, len(parts)) if match("/".join(parts[:place])))
    return "/".join(parts[next(tops, 0) :])


def _suffix(path: str) -> str:
    return PurePosixPath(path).suffix.lower()


def _read_names(names: Iterable[str], regex: str, ignore_case: bool) -> list[Fields]:
    """Fields of the names that fit."""
    patterns = [compile_pattern(regex, ignore_case)]
    return [fields for name in names if (fields := read_path(name, patterns))]


def _joined(clip: Fields, tables: Mapping[str, DiscoveredTable]) -> Fields:
    """Fields of a clip with those that tables give."""
    fields = dict(clip)
    for table in tables.values():
        if row := table.row_of(clip):
            fields |= {field: row.get(column, "").strip() for field, column in table.take.items()}
    return fields


def _with_names(tables: Iterable[DiscoveredTable]) -> dict[str, DiscoveredTable]:
    """Tables by what the spec calls them."""
    named: dict[str, DiscoveredTable] = {}
    for table in tables:
        name = re.sub(r"\W+", "_", PurePosixPath(table.path).stem)
        named[name if name not in named else f"{name}_{len(named)}"] = table
    return named


def _head(
    corpus: str, media: Sequence[str], names: Sequence[str], clips: Sequence[Fields]
) -> list[str]:
    fitting = {clip["path"] for clip in clips}
    others = [name for name in names if name not in fitting]
    unread = [path for path in media if path not in set(names)]
    lines = [f"# A draft from {_count(len(names), 'file')}, {len(clips)} of which fit `path`."]
    if others:
        lines += [
            f"# Not: {_few(others)}",
            "# Add a pattern for them, or name them under `ignore`.",
        ]
    if unread:
        lines += [f"# Left out, for their suffix: {_few(unread)}"]
    if corpus in builtin_ids():
        lines += [
            f"# A spec with the id {corpus} is shipped: exhubert corpora show {corpus}",
            "# Given with --spec, this one takes its place.",
        ]
    return [
        *lines,
        "# Correct what is wrong, fill in every ?, then: exhubert corpora validate FILE",
        f"id: {corpus}",
        'name: "?"',
        "languages: [und]                        # BCP-47: en, de, pt-BR, …",
        "kind: unknown                           # acted, elicited, natural or media",
        "licence: {name: unknown}                # redistribute: true or false, if the terms say",
        "access: {how: unknown}                  # open, registration, agreement, purchase, …",
        'citation: "?"',
    ]


def _guesses(positions: Iterable[NamePosition]) -> list[str]:
    fields = [position for position in positions if position.field]
    lines = [f"#   {position.field}: {_few(sorted(position.values))}" for position in fields]
    return ["# Guesses, with the values found:", *lines] if lines else []


def _joined_tables(tables: Mapping[str, DiscoveredTable], clips: Sequence[Fields]) -> list[str]:
    lines = ["tables:                                 # guesses, as well"] if tables else []
    for name, table in tables.items():
        rows = sum(table.row_of(clip) is not None for clip in clips)
        take = ", ".join(f"{_scalar(f)}: {_scalar(column)}" for f, column in table.take.items())
        lines += [
            f"  {_scalar(name)}:".ljust(40)
            + f"# {rows} of {_count(len(clips), 'clip')} have a row",
            f"    file: {_scalar(table.path)}",
            *([f"    encoding: {table.encoding}"] if table.encoding != "utf-8-sig" else []),
            f"    match: {{{_scalar(table.column)}: {_quoted(table.template)}}}",
            f"    take: {{{take}}}",
            *_columns(table),
        ]
    return lines


def _other_tables(tables: Sequence[DiscoveredTable]) -> list[str]:
    lines = []
    for table in tables:
        lines += [
            f"# {_few([table.path])}: {table.problem or 'a table that no column joins with clips'}"
        ]
        lines += _columns(table)
    if lines:
        lines += [
            "# A table is joined by a column that equals fields of the clip, such as",
            '# tables: {NAME: {file: FILE, match: {COLUMN: "{speaker}"}, take: {FIELD: COLUMN}}}',
        ]
    return lines


def _columns(table: DiscoveredTable) -> list[str]:
    return [
        f"#     column {_few([column])}: {_few(table.values(column))}" for column in table.columns
    ]


def _emotions(codes: Mapping[str, int]) -> list[str]:
    lines = [
        "emotions:                               # native code: category; codes to leave out go",
        "                                        # under `exclude: {code: reason}`",
    ]
    for code in sorted(codes):
        line = f"  {json.dumps(code, ensure_ascii=False)}: {guess_category(code) or _UNKNOWN}"
        lines.append(f"{line:<40}# {_count(codes[code], 'clip')}")
    return lines if codes else [*lines, '  "?": "?"                              # none found']


def _expectations(
    found: int, clips: Sequence[Fields], tables: Mapping[str, DiscoveredTable]
) -> list[str]:
    speakers = {speaker for clip in clips if (speaker := _joined(clip, tables).get("speaker"))}
    counted = f", speakers: {len(speakers)}" if speakers else ""
    example = max(clips, key=lambda clip: sum(t.row_of(clip) is not None for t in tables.values()))
    lines = [
        f"expected: {{utterances: {found}{counted}, source: counted}}",
        "examples:",
        f"  - path: {_quoted(example['path'] or '')}",
    ]
    for i, (name, table) in enumerate(tables.items()):
        if row := table.row_of(example):
            columns = dict.fromkeys([table.column, *table.take.values()])
            cells = ", ".join(f"{_scalar(c)}: {_quoted(row.get(c, ''))}" for c in columns)
            lines += ["    rows:"] if i == 0 else []
            lines += [f"      {_scalar(name)}: {{{cells}}}"]
    return lines


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _few(values: Sequence[str]) -> str:
    """The first values of many, and how many there are, on one line."""
    shown = ", ".join(values[:_SHOWN]) + f", … ({len(values)})" * (len(values) > _SHOWN)
    return "".join(sign if sign.isprintable() else "?" for sign in shown)


def _scalar(text: str) -> str:
    """Text in YAML, in quotes only where it needs them."""
    plain = re.fullmatch(r"[^\W_][\w./-]*", text) and text.lower() != "null"
    return text if plain else _quoted(text)


def _quoted(text: str) -> str:
    """Text in YAML quotes: single ones, in which a backslash is itself, if they can hold it."""
    if text.isprintable():
        return "'" + text.replace("'", "''") + "'"
    return json.dumps(text)
