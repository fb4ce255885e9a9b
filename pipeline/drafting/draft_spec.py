"""Drafts a spec from a folder: guesses at names, tables and codes, for a person to correct."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePosixPath

from pipeline.common.count import count
from pipeline.common.errors import DataError, UsageError
from pipeline.common.globs import glob_matcher
from pipeline.common.patterns import compile_pattern
from pipeline.common.spelling import compose
from pipeline.drafting.draft_rows import draft_rows, find_row_files
from pipeline.drafting.draft_text import emotions, facts, few, quoted, scalar, splits
from pipeline.drafting.filename_patterns import NamePosition, assign_fields, common_pattern
from pipeline.drafting.table_discovery import DiscoveredTable, find_tables, join
from pipeline.index.indexer import read_path
from pipeline.schema.fields import Fields
from pipeline.sources.class_names import ReadFile
from pipeline.sources.folder_description import describe_files
from pipeline.sources.listing import SourceFile, list_files
from pipeline.sources.reader import CorpusReader, list_sources
from pipeline.specs.corpus_spec import check_id
from pipeline.specs.source_spec import SourceRules

_ARCHIVES = (".zip", ".tar")


def draft_folder(corpus: str, root: str) -> str:
    """Drafts a spec from a folder; without clips there, from Parquet, WebDataset or archives.

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
    if rows := find_row_files(root, files):
        return draft_rows(corpus, root, rows)
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
        raise DataError(f"no audio or video file among {count(len(files), 'file')}: {there}")
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
            *([f"archive: [{', '.join(map(quoted, archives))}]"] if archives else []),
            f"audio: {quoted('*/' * depth + '*' + ending)}",
            *(
                ["ignore_case: true                       # suffixes are spelt both ways"]
                if mixed
                else []
            ),
            f"path: {quoted(regex)}",
            *_guesses(named),
            *_joined_tables(joined, clips),
            *_units_and_votes(joined),
            *_other_tables(others),
            "",
            *emotions(_codes(clips, joined)),
            *splits(_parts(clips, joined)),
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
    tops = (depth for depth in range(1, len(parts)) if match("/".join(parts[:depth])))
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


def _codes(clips: Iterable[Fields], tables: Mapping[str, DiscoveredTable]) -> Counter[str]:
    """Native codes: one a clip, or one a row where rows are segments."""
    segments = next((t for t in tables.values() if t.segments and t.labels), None)
    if counted := next((t.counted for t in tables.values() if t.counted), None):
        return Counter(counted)
    if segments:
        labels = [row.get(segments.labels, "").strip() for row in segments.rows]
    else:
        labels = [_joined(clip, tables).get("emotion") or "" for clip in clips]
    return Counter(filter(None, labels))


def _parts(clips: Iterable[Fields], tables: Mapping[str, DiscoveredTable]) -> list[str]:
    """Parts of an official split, by names of folders or of tables."""
    of_tables = (row["part"] for t in tables.values() if t.parts for row in t.rows)
    return sorted({*filter(None, (clip.get("part") for clip in clips)), *of_tables})


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
    with_suffix = set(names)
    unread = [path for path in media if path not in with_suffix]
    lines = [f"# A draft from {count(len(names), 'file')}, {len(clips)} of which fit `path`."]
    if others:
        lines += [
            f"# Not: {few(others)}",
            "# Add a pattern for them, or name them under `ignore`.",
        ]
    if unread:
        lines += [f"# Left out, for their suffix: {few(unread)}"]
    return [*lines, *facts(corpus)]


def _guesses(positions: Iterable[NamePosition]) -> list[str]:
    fields = [position for position in positions if position.field]
    lines = [f"#   {position.field}: {few(sorted(position.values))}" for position in fields]
    return ["# Guesses, with the values found:", *lines] if lines else []


def _joined_tables(tables: Mapping[str, DiscoveredTable], clips: Sequence[Fields]) -> list[str]:
    lines = ["tables:                                 # guesses, as well"] if tables else []
    for name, table in tables.items():
        rows = sum(table.row_of(clip) is not None for clip in clips)
        take = ", ".join(
            f"{scalar(field)}: {'_stem' if table.parts and field == 'part' else scalar(column)}"
            for field, column in table.take.items()
        )
        lines += [
            f"  {scalar(name)}:".ljust(40) + f"# {rows} of {count(len(clips), 'clip')} have a row",
            f"    file: {_file(table)}",
            *([f"    encoding: {table.encoding}"] if table.encoding != "utf-8-sig" else []),
            f"    match: {{{scalar(table.column)}: {quoted(table.template)}}}",
            f"    take: {{{take}}}",
            *(["    segments: true"] if table.segments else []),
            *_columns(table),
        ]
    return lines


def _units_and_votes(tables: Mapping[str, DiscoveredTable]) -> list[str]:
    """Channels of segments, and votes in columns that are called as emotions."""
    lines = []
    for table in tables.values():
        if table.channel:
            sides = {side: n for n, side in enumerate(sorted(table.values(table.channel)))}
            channels = ", ".join(f"{quoted(side)}: {n}" for side, n in sides.items())
            lines.append(f"channel: {{of: {scalar(table.channel)}, {channels}}}  # which is which?")
        if table.counted:
            votes = ", ".join(map(scalar, table.counted))
            lines += [f"votes: [{votes}]  # counts, shares, or 1", "raters: {emotion: plurality}"]
    return lines


def _file(table: DiscoveredTable) -> str:
    files = ", ".join(map(scalar, [table.path, *table.parts]))
    return f"[{files}]" if table.parts else files


def _other_tables(tables: Sequence[DiscoveredTable]) -> list[str]:
    lines = []
    for table in tables:
        unjoined = "" if table.rater else "a table that no column joins with clips"
        problem = table.problem or unjoined or "a table of several rows a clip"
        lines += [f"# {few([table.path])}: {problem}", *_columns(table)]
        if table.rater:
            column, template = table.answers
            label = table.labels or ("emotion" if table.counted else "")
            labels = f", emotion: {scalar(label)}" if label else ""
            melt = "{columns: [" + ", ".join(map(scalar, table.counted)) + "], name: emotion"
            lines += [
                f"#   several rows a clip, by {few([table.rater])}: raters? Then say",
                "#   tables:",
                "#     answers:",
                f"#       file: {_file(table)}",
                *([f"#       melt: {melt}, value: says}}"] if table.counted else []),
                *(["#       where: {says: '^(1|[Tt]rue)$'}"] if table.counted else []),
                f"#       match: {{{scalar(column)}: {quoted(template)}}}",
                f"#       take: {{rater: {scalar(table.rater)}{labels}}}",
                "#   raters: {rows: answers, by: rater, emotion: majority}",
            ]
    if lines:
        lines += [
            "# A table is joined by a column that equals fields of the clip, such as",
            '# tables: {NAME: {file: FILE, match: {COLUMN: "{speaker}"}, take: {FIELD: COLUMN}}}',
        ]
    return lines


def _columns(table: DiscoveredTable) -> list[str]:
    return [
        f"#     column {few([column])}: {few(table.values(column))}" for column in table.columns
    ]


def _expectations(
    found: int, clips: Sequence[Fields], tables: Mapping[str, DiscoveredTable]
) -> list[str]:
    speakers = {speaker for clip in clips if (speaker := _joined(clip, tables).get("speaker"))}
    segments = sum(len(table.rows) for table in tables.values() if table.segments)
    counted = f", speakers: {len(speakers)}" if speakers else ""
    example = max(clips, key=lambda clip: sum(t.row_of(clip) is not None for t in tables.values()))
    lines = [
        f"expected: {{utterances: {segments or found}{counted}, source: counted}}",
        "examples:",
        f"  - path: {quoted(example['path'] or '')}",
    ]
    for i, (name, table) in enumerate(tables.items()):
        if row := table.row_of(example):
            columns = dict.fromkeys([table.column, *table.take.values()])
            if table.parts:
                columns = {"_stem" if c == "part" else c: None for c in columns}
            cells = ", ".join(f"{scalar(c)}: {quoted(row.get(c, ''))}" for c in columns)
            lines += ["    rows:"] if i == 0 else []
            lines += [f"      {scalar(name)}: {{{cells}}}"]
    return lines
