"""Sections of a draft: what was guessed of a folder, as a spec says it, for a person to correct."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from pipeline.common.count import count
from pipeline.drafting.draft_text import emotions, facts, few, quoted, scalar, splits
from pipeline.drafting.gender_words import guess_genders
from pipeline.drafting.table_discovery import DiscoveredTable
from pipeline.schema.fields import Fields


@dataclass(frozen=True)
class FolderGuess:
    """What seems to lie in a folder.

    Attributes:
        corpus: Id of the corpus to be.
        archives: Globs of the archives that some of the files lie in.
        media: Paths of all files of sound and video.
        names: Those of the commonest suffix.
        audio: Globs for most of these, the deepest first.
        mixed_case: Whether their suffixes are spelt in capitals, too.
        values: Field → what stands for it in them.
        patterns: Their patterns, one for each depth of folders.
        clips: Fields of those that fit one.
        joined: Tables that have rows for clips, by what the spec calls them.
        others: The other tables.
    """

    corpus: str
    archives: Sequence[str]
    media: Sequence[str]
    names: Sequence[str]
    audio: Sequence[str]
    mixed_case: bool
    values: Mapping[str, Collection[str]]
    patterns: Sequence[str]
    clips: Sequence[Fields]
    joined: Mapping[str, DiscoveredTable]
    others: Sequence[DiscoveredTable]


def write_draft(guess: FolderGuess) -> str:
    """The text of a spec, with the values found as comments, and a ``?`` for what nobody knows."""
    return "\n".join(
        [
            *_head(guess),
            "",
            *_names(guess),
            *_joined_tables(guess.joined, guess.clips),
            *_units_and_votes(guess.joined),
            *_genders(guess.joined),
            *_other_tables(guess.others),
            "",
            *emotions(_codes(guess.clips, guess.joined)),
            *splits(_parts(guess.clips, guess.joined)),
            "",
            *_expectations(len(guess.names), guess.clips, guess.joined),
            "",
        ]
    )


def _head(guess: FolderGuess) -> list[str]:
    fitting, names = {clip["path"] for clip in guess.clips}, set(guess.names)
    others = [name for name in guess.names if name not in fitting]
    unread = [path for path in guess.media if path not in names]
    files = count(len(guess.names), "file")
    lines = [f"# A draft from {files}, {len(guess.clips):,} of which fit `path`."]
    if others:
        lines += [
            f"# Not: {few(others)}",
            "# Add a glob and a pattern for them, or name them under `ignore`.",
        ]
    if unread:
        lines += [f"# Left out, for their suffix: {few(unread)}"]
    return [*lines, *facts(guess.corpus)]


def _names(guess: FolderGuess) -> list[str]:
    """Where clips lie, and what their names say."""
    archives = ", ".join(map(quoted, guess.archives))
    return [
        *([f"archive: [{archives}]"] if archives else []),
        f"audio:{_one_or_list(guess.audio)}",
        *([f"{'ignore_case: true':<40}# suffixes are spelt both ways"] if guess.mixed_case else []),
        f"path:{_one_or_list(guess.patterns)}",
        *_guesses(guess.values),
    ]


def _one_or_list(texts: Sequence[str]) -> str:
    """The value of a key: one text, or a list with a line for each of several."""
    return (
        f" {quoted(texts[0])}" if len(texts) == 1 else "".join(f"\n  - {quoted(t)}" for t in texts)
    )


def _guesses(values: Mapping[str, Collection[str]]) -> list[str]:
    lines = [f"#   {field}: {few(sorted(found))}" for field, found in values.items()]
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
            f"  {scalar(name)}:".ljust(40)
            + f"# {rows:,} of {count(len(clips), 'clip')} have a row",
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


def _genders(tables: Mapping[str, DiscoveredTable]) -> list[str]:
    """The field of a table that holds words for genders; nothing where none or several do."""
    found = {
        field: genders
        for table in tables.values()
        for field, column in table.take.items()
        if (genders := guess_genders(table.values(column)))
    }
    if len(found) != 1:
        return []
    ((field, genders),) = found.items()
    words = ", ".join(f"{key}: [{', '.join(map(scalar, of))}]" for key, of in genders.items())
    return [f"gender: {{of: {scalar(field)}, {words}}}  # a guess, too"]


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
