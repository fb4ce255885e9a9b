"""Rows of a corpus's tables, found by key."""

import string
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product

from pipeline.common.patterns import row_filter
from pipeline.common.spelling import compose
from pipeline.index.stored_rows import Key, StoredRows
from pipeline.index.table_keys import comparable_key, key_tails
from pipeline.schema.fields import Fields
from pipeline.specs.table_spec import FileByField, TableSpec

_LONGEST_SHARED = 32
"""Characters of values that are kept once: codes, numbers and names, and no sentences."""


@dataclass(frozen=True)
class TableRows:
    """Rows of a table, found by the columns on which it is joined with clips.

    Attributes:
        rows: Values of those columns → the fields that each row gives.
        chosen_by: The field that a row's file was chosen by, where the spec chooses.
        tails: Ends of absolute paths → the keys that end so.
        folded: Keys without case → the keys; empty where case counts.
        encodings: Encoding → files that were read in it, where it is not the first of several.
        found: Keys looked up so far; the other rows have no clip.
    """

    table: TableSpec
    rows: Mapping[Key, Sequence[Fields]]
    chosen_by: str | None = None
    tails: Mapping[Key, Sequence[Key]] = field(default_factory=dict)
    folded: Mapping[Key, Sequence[Key]] = field(default_factory=dict)
    encodings: Mapping[str, Sequence[str]] = field(default_factory=dict)
    found: set[Key] = field(default_factory=set, compare=False)

    def find(self, fields: Mapping[str, str | None]) -> Sequence[Fields]:
        """Fields of the rows that belong to a clip with these fields; none where there is none."""
        chosen = [fields.get(self.chosen_by)] if self.chosen_by else []
        for templates in product(*self.table.match.values()):
            values = (fill_template(template, fields) for template in templates)
            key = (*(value and comparable_key(value) for value in values), *chosen)
            keys = [key] if key in self.rows else self.tails.get(key, ())
            keys = keys or (self.folded.get(_fold(key), ()) if self.folded else ())
            if keys and any(key):
                self.found.update(keys)
                return [row for found in keys for row in self.rows[found]]
        return ()

    @property
    def missing(self) -> list[str]:
        """Keys of the rows that no clip was joined with."""
        return [" ".join(filter(None, key)) for key in self.rows if key not in self.found]


def fill_template(template: str, fields: Mapping[str, str | None]) -> str | None:
    """A template with its fields filled in; None where any of them is unknown.

    >>> fill_template("{session}{letter}", {"session": "Ses01", "letter": "F"})
    'Ses01F'
    """
    try:
        filled = template.format_map(_NonNull(fields))
    except KeyError:
        return None
    return filled


def build_table(
    table: TableSpec, records: Iterable[Mapping[str, str | None]], ignore_case: bool = False
) -> TableRows:
    """Builds a table from records already read.

    Args:
        table: Table, as the spec describes it.
        records: Column → text; columns that a record lacks are unknown.
        ignore_case: Whether the patterns of ``where`` are blind to case, and keys where no row is
            spelt alike.
    """
    counts = row_filter(table.where, ignore_case)
    chosen_by = table.file.of if isinstance(table.file, FileByField) else None
    key = (*table.match, *([chosen_by] if chosen_by else []))
    rows = StoredRows(list(table.take))
    for record in records:
        if counts(record):
            cells = (_clean(record.get(column)) for column in key)
            values = tuple(cell and comparable_key(cell) for cell in cells)
            rows.add(values, take_fields(table.take, record))
    tails: dict[Key, list[Key]] = {}
    for found in rows:
        for tail in key_tails(found):
            tails.setdefault(tail, []).append(found)
    folded: dict[Key, list[Key]] = {}
    for found in rows if ignore_case else ():
        folded.setdefault(_fold(found), []).append(found)
    return TableRows(table, rows, chosen_by, tails, folded)


def _fold(key: Key) -> Key:
    return tuple(value and value.casefold() for value in key)


def no_table(table: TableSpec) -> TableRows:
    """A table that the corpus can do without and that is not there: it drops no clip."""
    return TableRows(table.model_copy(update={"unmatched": "keep"}), {})


def take_fields(take: Mapping[str, str], record: Mapping[str, str | None]) -> Fields:
    """Fields that a row gives.

    Args:
        take: Field → column, ``column?`` if it may be missing.
        record: Column → text.
    """
    cells = ((name, record.get(column.removesuffix("?"))) for name, column in take.items())
    return {name: _share(_clean(cell)) for name, cell in cells}


def merge_rows(rows: Sequence[Fields]) -> tuple[Fields, dict[str, list[str]]]:
    """One row of several for one clip, and what they disagree about.

    Returns:
        Fields that any of the rows knows, and the fields for which they give several values.
    """
    if len(rows) == 1:
        return rows[0], {}
    values: dict[str, dict[str, None]] = {name: {} for name in rows[0]}
    for row in rows:
        for name, value in row.items():
            if value is not None:
                values[name][value] = None
    merged = {name: next(iter(found), None) for name, found in values.items()}
    return merged, {name: list(found) for name, found in values.items() if len(found) > 1}


def split_answers(
    rows: Sequence[Fields], answered: Collection[str]
) -> tuple[Sequence[Fields], Sequence[Fields]]:
    """Rows of a table, and what raters answer in each; none where the table is not theirs.

    Args:
        rows: Rows of a table.
        answered: Fields that are an answer, and no fact about the clip.
    """
    if not answered:
        return rows, ()
    facts = [{n: value for n, value in row.items() if n not in answered} for row in rows]
    return facts, [{n: value for n, value in row.items() if n in answered} for row in rows]


def group_answers(
    facts: Sequence[Fields], answers: Sequence[Fields]
) -> Iterator[tuple[Fields, Sequence[Fields]]]:
    """The segments that rows hold, each with the answers of its raters.

    Args:
        facts: One a row, as :func:`split_answers` gives them.
        answers: One a row; none where every row is a segment of its own.
    """
    if not answers:
        yield from ((row, ()) for row in facts)
        return
    segments: dict[tuple[tuple[str, str | None], ...], list[Fields]] = {}
    for row, answer in zip(facts, answers, strict=True):
        segments.setdefault(tuple(row.items()), []).append(answer)
    for segment, own in segments.items():
        yield dict(segment), own


def _share(value: str | None) -> str | None:
    """A value that equal ones share: tables of raters repeat few words in millions of rows."""
    return sys.intern(value) if value and len(value) <= _LONGEST_SHARED else value


def _clean(value: str | None) -> str | None:
    """Text without outer blanks and marks that are not seen; None where nothing is left."""
    return compose((value or "").strip(_BLANKS)) or None


_BLANKS = (
    string.whitespace
    + "\x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000"
    + "".join(
        map(chr, [*range(0x2000, 0x2010), 0x2060, 0xFEFF])  # zero-width ones and marks of direction
    )
)


class _NonNull(dict[str, str]):
    """Fields with a value: format_map raises KeyError for the others."""

    def __init__(self, fields: Mapping[str, str | None]) -> None:
        super().__init__({name: value for name, value in fields.items() if value is not None})
