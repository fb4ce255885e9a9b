"""Finds and reads the tables of a corpus, and guesses from their values how they are joined."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import PurePosixPath

from pipeline.common.errors import DataError
from pipeline.common.numbers import read_count
from pipeline.drafting.draft_text import split_of
from pipeline.drafting.emotion_vocabulary import guess_category
from pipeline.drafting.filename_patterns import FIELD_HINTS, is_emotional
from pipeline.index.table_formats import read_table
from pipeline.index.table_rows import fill_template
from pipeline.schema.fields import Fields, Row
from pipeline.sources.class_names import ReadFile
from pipeline.sources.listing import SourceFile
from pipeline.specs.table_spec import TableSpec

_SUFFIXES = (".csv", ".tsv", ".xlsx", ".json", ".jsonl")
_ENCODINGS = ("utf-8-sig", "utf-16", "cp1252")
_LARGEST = 50_000_000  # bytes
_MOST = 12  # tables that are read
_ENOUGH = 0.5
"""Share of the clips that must have a row, to rule out chance matches."""

_NOT_TAKEN = {"path", "stem", "emotion", "start", "end", "duration"}
"""Fields whose meaning a column of the same name need not have."""

_STARTS = dict.fromkeys(("start", "begin", "onset", "from", "start_time", "starttime"), "start")
_ENDS = dict.fromkeys(("end", "stop", "offset", "to", "end_time", "endtime"), "end")
_ENDS |= {"duration": "duration"}
_TIMES = _STARTS | _ENDS
"""Columns of times → the field that they are."""

_HINTS = FIELD_HINTS | dict.fromkeys(("talker", "spkid", "speakerid"), "speaker")
_HINTS |= dict.fromkeys(("age", "alter", "leeftijd", "edad", "età", "âge", "idade"), "age")

_CHANNELS = ("channel", "chan", "ch", "side")

_RATER = re.compile(r"rater|annotator|worker|evaluator|listener|judge|coder")


@dataclass(frozen=True)
class DiscoveredTable:
    """A table beside clips, and how it seems to be joined with them.

    Attributes:
        path: Below the corpus root.
        rows: Each a mapping from column to text.
        encoding: The one that fits.
        problem: Why it can't be read; empty where it was.
        column: The column that it is joined on; empty where none fits the clips.
        template: What that column equals, over the fields of a clip.
        labels: The column that holds words for emotions; empty where none does.
        repeated: Names that stand over several columns, which can't be distinguished.
        segments: Whether its rows are parts of recordings, by their times.
        rater: The column that seems to name raters, of whom several have a row for a clip.
        answers: The column and the template by which rows of raters fit clips.
        parts: Other files of the same columns, one for each part of an official split.
    """

    path: str
    rows: Sequence[Row] = ()
    encoding: str = _ENCODINGS[0]
    problem: str = ""
    column: str = ""
    template: str = ""
    labels: str = ""
    repeated: frozenset[str] = frozenset()
    segments: bool = False
    rater: str = ""
    answers: tuple[str, str] = ("", "")
    parts: tuple[str, ...] = ()

    @cached_property
    def columns(self) -> list[str]:
        """Columns that have a name of their own in the header."""
        names = self.rows[0] if self.rows else ()
        return [n for n in names if n and not n.startswith("_") and n not in self.repeated]

    @cached_property
    def take(self) -> dict[str, str]:
        """Field → column, for what a clip can be given."""
        hints = _HINTS | _TIMES if self.segments else _HINTS
        named = {hints.get(c.lower(), re.sub(r"\W+", "_", c)): c for c in self.columns}
        refused = _NOT_TAKEN - set(_TIMES.values()) if self.segments else _NOT_TAKEN
        taken = {f: c for f, c in named.items() if c != self.column and f not in refused}
        if not self.labels:
            return taken
        others = {field: column for field, column in taken.items() if column != self.labels}
        return {"emotion": self.labels} | others

    @cached_property
    def counted(self) -> dict[str, int]:
        """Columns called as emotions that hold numbers or truths, with how many rows name each."""
        if self.labels:
            return {}
        words = (column for column in self.columns if guess_category(column))
        cells = {word: list(filter(None, (row.get(word) for row in self.rows))) for word in words}
        read = {word: list(map(read_count, found)) for word, found in cells.items()}
        named = {word: found for word, found in read.items() if found and None not in found}
        counts = {word: sum(bool(number) for number in found) for word, found in named.items()}
        return counts if len(counts) > 1 else {}

    @property
    def channel(self) -> str:
        """The column of segments that seems to say which channel holds the speaker."""
        named = (column for column in self.columns if column.lower() in _CHANNELS)
        return next(named, "") if self.segments else ""

    @cached_property
    def by_key(self) -> dict[str, Row]:
        """Rows by the value that they are joined on."""
        return {row[self.column].strip(): row for row in self.rows} if self.column else {}

    def row_of(self, clip: Fields) -> Row | None:
        """The row of a clip; None where it has none."""
        return self.by_key.get(fill_template(self.template, clip) or "")

    def values(self, column: str) -> list[str]:
        """Values of a column, each once, in the order of the rows; empty cells are left out."""
        return list(dict.fromkeys(v for row in self.rows if (v := row.get(column, "").strip())))


def find_tables(files: Sequence[SourceFile], read: ReadFile) -> list[DiscoveredTable]:
    """Tables among the files of a corpus, the first dozen, not joined with anything yet.

    Args:
        files: All of its files.
        read: Gives the content of one.
    """
    found = [
        f
        for f in files
        if f.path.lower().endswith(_SUFFIXES) and f.size <= _LARGEST and not f.problem
    ]
    return _merge_parts([_read(file.path, read) for file in found[:_MOST]])


def join(table: DiscoveredTable, clips: Sequence[Fields]) -> DiscoveredTable:
    """The table with the columns that seem to name its clips and their emotions.

    Args:
        table: Table, as it was found.
        clips: Fields that names give, ``path`` and ``stem`` among them.
    """
    names = {column.lower() for column in table.columns}
    segments = not names.isdisjoint(_STARTS) and not names.isdisjoint(_ENDS)
    rater = next((c for c in table.columns if _RATER.search(c.lower())), "")
    best = (_ENOUGH, "", "")
    answers = ("", "")
    for template in _templates(clips):
        wanted = [fill_template(template, clip) for clip in clips]
        for column in table.columns:
            values = set(table.values(column))
            share = sum(value in values for value in wanted) / len(wanted)
            of_file = template.startswith(("{path}", "{stem}"))
            if share > best[0] and (len(values) == len(table.rows) or (segments and of_file)):
                best = (share, column, template)
            if share > _ENOUGH and of_file and column != rater and not answers[0]:
                answers = (column, template)
    segments = segments and bool(best[1]) and len(table.values(best[1])) < len(table.rows)
    rater = "" if best[1] or not answers[0] else rater
    labels = (c for c in table.columns if c != best[1] and is_emotional(table.values(c)))
    return replace(
        table,
        column=best[1],
        template=best[2],
        labels=next(labels, ""),
        segments=segments,
        rater=rater,
        answers=answers,
    )


def _merge_parts(tables: Sequence[DiscoveredTable]) -> list[DiscoveredTable]:
    """Tables of the same columns whose names are those of parts, such as train and test, as one."""
    alike: dict[tuple[str, ...], list[DiscoveredTable]] = {}
    for table in tables:
        path = PurePosixPath(table.path)
        is_part = bool(table.rows) and split_of(path.stem) is not None
        shape = (str(path.parent), path.suffix, table.encoding, *table.columns) if is_part else ()
        alike.setdefault(shape or (table.path,), []).append(table)
    return [
        replace(
            found[0],
            rows=[
                row | {"part": PurePosixPath(table.path).stem}
                for table in found
                for row in table.rows
            ],
            parts=tuple(table.path for table in found[1:]),
        )
        if len(found) > 1
        else found[0]
        for found in alike.values()
    ]


def _read(path: str, read: ReadFile) -> DiscoveredTable:
    try:
        content = read(path)
    except OSError as error:
        return DiscoveredTable(path, problem=f"can't be read: {error.strerror or error}")
    problem = ""
    for encoding in _ENCODINGS[: 2 if _is_in_pairs(content) else 3]:
        table = TableSpec(file=[path], encoding=[encoding], match={}, take={})
        try:
            found = read_table(content, table, path, path)
            rows, repeated = list(found.rows), frozenset(found.repeated)
            return DiscoveredTable(path, rows, encoding, repeated=repeated)
        except DataError as error:
            problem = problem or str(error).removeprefix(f"{path}").lstrip(": ")
    return DiscoveredTable(path, problem=problem)


def _is_in_pairs(content: bytes) -> bool:
    """Whether bytes beyond ASCII stand side by side, as in no Western European text."""
    runs = re.findall(rb"[\x80-\xff]+", content)
    return 2 * sum(len(run) > 1 for run in runs) > len(runs)


def _templates(clips: Sequence[Fields]) -> list[str]:
    """What a column may equal: a clip's path, its name, or a field, that with most values first."""
    suffix = PurePosixPath(clips[0]["path"] or "").suffix
    found = dict.fromkeys(field for clip in clips for field in clip)
    fields = [field for field in found if field not in {"path", "stem", "emotion"}]
    fields.sort(key=lambda field: -len({clip.get(field) for clip in clips}))
    return ["{path}", "{stem}" + suffix, "{stem}", *(f"{{{field}}}" for field in fields)]
