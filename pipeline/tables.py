"""Tables of a corpus: reading them, whatever their format and encoding, and finding rows by key."""

import io
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

import pandas as pd

from pipeline.errors import DataError
from pipeline.files import SourceFile, glob_matcher
from pipeline.spec import ChosenFile, CorpusSpec, Table

Row = Mapping[str, str | None]
Read = Callable[[str], bytes]

STEM = "_stem"
"""Column that every row has: the stem of the file it was read from."""

_SEPARATORS = {"csv": ",", "tsv": "\t", "space": r"\s+"}


@dataclass(frozen=True)
class TableRows:
    """Rows of a table, found by the columns it is joined on."""

    table: Table
    key: tuple[str, ...]
    rows: Mapping[tuple[str | None, ...], Sequence[Row]]

    def find(self, fields: Mapping[str, str | None]) -> Sequence[Row]:
        """Rows that belong to a clip with these fields."""
        key = tuple(
            fill(self.table.match[column], fields)
            if column in self.table.match
            else fields.get(column)
            for column in self.key
        )
        return self.rows.get(key, ())


def fill(template: str, fields: Mapping[str, str | None]) -> str | None:
    """A template with its fields filled in; None where any of them is unknown.

    >>> fill("{session}{letter}", {"session": "Ses01", "letter": "F"})
    'Ses01F'
    """
    try:
        filled = template.format_map(_Known(fields))
    except KeyError:
        return None
    return filled


def find_table_files(spec: CorpusSpec, files: Sequence[SourceFile]) -> list[SourceFile]:
    """Those of a corpus's files that its tables are read from."""
    match = glob_matcher([glob for table in spec.tables.values() for glob in _globs(table)])
    return [file for file in files if match(file.path)]


def load_tables(spec: CorpusSpec, files: Sequence[SourceFile], read: Read) -> dict[str, TableRows]:
    """Reads every table that a spec names.

    Args:
        spec: The corpus.
        files: Files below the corpus root; those of the tables are among them.
        read: Gives the content of a listed file.

    Returns:
        Tables by name, in the order in which they are joined.

    Raises:
        DataError: A required table is missing, can't be decoded, lacks a column or has no rows.
    """
    return {
        name: _load_table(spec.id, name, table, files, read) for name, table in spec.tables.items()
    }


def rows_of(table: Table, records: Iterable[Mapping[str, str | None]]) -> TableRows:
    """A table of rows at hand; of each row, columns it lacks are unknown."""
    extra = (table.file.of,) if isinstance(table.file, ChosenFile) else ()
    columns = {*table.match, *table.take.values(), *table.where, *extra}
    key = (*table.match, *extra)
    rows: dict[tuple[str | None, ...], list[Row]] = {}
    for record in records:
        row = {column: _clean(record.get(column)) for column in columns}
        if all(re.search(regex, row[column] or "") for column, regex in table.where.items()):
            rows.setdefault(tuple(row[column] for column in key), []).append(row)
    return TableRows(table, key, rows)


def _load_table(
    corpus: str, name: str, table: Table, files: Sequence[SourceFile], read: Read
) -> TableRows:
    where = f"corpus {corpus}, table {name!r}"
    globs = _globs(table)
    match = glob_matcher(globs)
    found = [(hit[0], file) for file in files if (hit := match(file.path))]
    if not found and table.required:
        raise DataError(
            f"{where}: no file matches {', '.join(map(repr, globs))} below the corpus root; "
            "put it there as the corpus's archive has it"
        )
    records: list[dict[str, str]] = []
    for rank, file in found:
        text = _decode(read(file.path), table.encoding, f"{where}: {file.path}")
        read_here = _parse(text, table, file.path)
        _check_columns(read_here, table, f"{where}: {file.path}")
        if isinstance(table.file, ChosenFile):
            part = {table.file.of: list(table.file.values)[rank]}
            read_here = [record | part for record in read_here]
        records += read_here
    return rows_of(table, records)


def _check_columns(records: list[dict[str, str]], table: Table, where: str) -> None:
    if not records:
        wanted = f"lines like {table.line!r}" if table.line else "rows"
        raise DataError(f"{where}: no row found, expected {wanted}")
    wanted_columns = (*table.match, *table.take.values(), *table.where)
    if missing := [column for column in wanted_columns if column not in records[0]]:
        raise DataError(
            f"{where}: no column {', '.join(map(repr, missing))}; "
            f"found {', '.join(map(repr, records[0]))}"
        )


def _globs(table: Table) -> list[str]:
    return list(table.file.values.values()) if isinstance(table.file, ChosenFile) else table.file


def _parse(text: str, table: Table, path: str) -> list[dict[str, str]]:
    """Rows of a table file, each a mapping from column to text."""
    name = PurePosixPath(path)
    kind = table.format or ("lines" if table.line else name.suffix.lower().lstrip("."))
    records: list[dict[str, str]]
    if kind == "lines" and table.line:
        records = [found.groupdict("") for found in re.finditer(table.line, text, re.MULTILINE)]
    elif kind in {"json", "jsonl"}:
        records = _parse_json(text, kind)
    else:
        frame = pd.read_csv(
            io.StringIO(text),
            sep=_SEPARATORS.get(kind, ","),
            header=None if table.columns else "infer",
            names=table.columns,
            dtype=str,
            keep_default_na=False,
            engine="python" if kind == "space" else "c",
        )
        frame.columns = [
            "" if str(c).startswith("Unnamed: ") else str(c).strip() for c in frame.columns
        ]
        records = [{str(k): str(v) for k, v in row.items()} for row in frame.to_dict("records")]
    return [{**record, STEM: name.stem} for record in records]


def _parse_json(text: str, kind: str) -> list[dict[str, str]]:
    """Rows of a list of objects, or of an object of objects, whose keys become ``_key``."""
    lines = text.splitlines() if kind == "jsonl" else [text]
    data: Any = [json.loads(line) for line in lines if line]
    items = data if kind == "jsonl" else data[0]
    if isinstance(items, dict):
        items = [{"_key": key} | value for key, value in items.items()]
    return [{str(k): "" if v is None else str(v) for k, v in item.items()} for item in items]


def _decode(content: bytes, encodings: Sequence[str], where: str) -> str:
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise DataError(
        f"{where}: is not text in {' or '.join(encodings)}; name its `encoding` in the spec"
    )


def _clean(value: str | None) -> str | None:
    """Text without outer blanks (no-break ones included); None where nothing is left."""
    return (value or "").strip() or None


class _Known(dict[str, str]):
    """Fields with a value; the others are missing."""

    def __init__(self, fields: Mapping[str, str | None]) -> None:
        super().__init__({name: value for name, value in fields.items() if value is not None})
