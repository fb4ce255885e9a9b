"""Tables of a corpus: loading those that a spec names, and finding rows by key."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product

from pipeline.common.errors import DataError
from pipeline.common.globs import glob_matcher
from pipeline.index.table_formats import read_rows
from pipeline.sources.listing import SourceFile
from pipeline.specs.corpus_spec import CorpusSpec
from pipeline.specs.spec_types import FileByField, TableSpec

Row = dict[str, str | None]
"""Fields that a row of a table gives a clip."""

ReadFile = Callable[[str], bytes]
"""Content of a file of the corpus by its path."""

Key = tuple[str | None, ...]
"""Values of the columns that a table is joined on."""


@dataclass(frozen=True)
class TableRows:
    """What the rows of a table add to clips, found by the columns that the table is joined on.

    Attributes:
        rows: Values of those columns → the fields that each row gives.
        chosen_by: The field that a row's file was chosen by, where the spec chooses.
        found: Keys looked up so far; the other rows have no clip.
    """

    table: TableSpec
    rows: Mapping[Key, Sequence[Row]]
    chosen_by: str | None = None
    found: set[Key] = field(default_factory=set, compare=False)

    def find(self, fields: Mapping[str, str | None]) -> Sequence[Row]:
        """Fields of the rows that belong to a clip with these fields; none where there is none."""
        chosen = [fields.get(self.chosen_by)] if self.chosen_by else []
        for templates in product(*self.table.match.values()):
            key = (*(fill_template(template, fields) for template in templates), *chosen)
            if rows := self.rows.get(key):
                self.found.add(key)
                return rows
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


def find_table_files(spec: CorpusSpec, files: Iterable[SourceFile]) -> list[SourceFile]:
    """Those of a corpus's files that its tables are read from, sorted by path."""
    match = glob_matcher([glob for table in spec.tables.values() for glob in _globs(table)])
    ignored = glob_matcher(spec.ignore, spec.ignore_case)
    return sorted(file for file in files if match(file.path) and not ignored(file.path))


def load_tables(
    spec: CorpusSpec, files: Sequence[SourceFile], read: ReadFile
) -> dict[str, TableRows]:
    """Reads every table that a spec names.

    Args:
        spec: The corpus.
        files: Files below the corpus root, those of the tables among them.
        read: Gives the content of a listed file.

    Returns:
        Tables by name, in the order in which they are joined.

    Raises:
        DataError: A required table is missing, can't be decoded, lacks a column or has no rows.
    """
    wanted = find_table_files(spec, files)
    return {
        name: _load_table(spec.id, name, table, wanted, read) for name, table in spec.tables.items()
    }


def build_table(table: TableSpec, records: Iterable[Mapping[str, str | None]]) -> TableRows:
    """Builds a table from records already read.

    Args:
        table: As the spec describes it.
        records: Column → text; columns that a record lacks are unknown.
    """
    chosen_by = table.file.of if isinstance(table.file, FileByField) else None
    key = (*table.match, *([chosen_by] if chosen_by else []))
    taken = {name: column.removesuffix("?") for name, column in table.take.items()}
    rows: dict[Key, list[Row]] = {}
    for record in records:
        if all(re.search(regex, record.get(column) or "") for column, regex in table.where.items()):
            values = tuple(_clean(record.get(column)) for column in key)
            row = {name: _clean(record.get(column)) for name, column in taken.items()}
            rows.setdefault(values, []).append(row)
    return TableRows(table, rows, chosen_by)


def _load_table(
    corpus: str, name: str, table: TableSpec, files: Sequence[SourceFile], read: ReadFile
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
        source = f"{where}: {file.path}"
        try:
            content = read(file.path)
        except OSError as error:
            raise DataError(f"{source}: can't be read: {error.strerror or error}") from None
        read_here = read_rows(content, table, file.path, source)
        _check_columns(read_here, table, source)
        if isinstance(table.file, FileByField):
            part = {table.file.of: list(table.file.values)[rank]}
            read_here = [record | part for record in read_here]
        records += read_here
    if found and not records:
        wanted = f"lines like '{table.line}'" if table.line else "rows below a header"
        files_read = ", ".join(file.path for _, file in found[:3])
        raise DataError(f"{where}: no row in {files_read}, expected {wanted}")
    return build_table(table, records)


def _check_columns(records: list[dict[str, str]], table: TableSpec, where: str) -> None:
    if not records:
        return
    needed = (column for column in table.take.values() if not column.endswith("?"))
    wanted_columns = (*table.match, *needed, *table.where)
    if missing := [column for column in wanted_columns if column not in records[0]]:
        raise DataError(
            f"{where}: no column {', '.join(map(repr, missing))}; "
            f"found {', '.join(map(repr, records[0]))}"
        )


def _globs(table: TableSpec) -> list[str]:
    return list(table.file.values.values()) if isinstance(table.file, FileByField) else table.file


def _clean(value: str | None) -> str | None:
    """Text without outer blanks (no-break ones included); None where nothing is left."""
    return (value or "").strip() or None


class _NonNull(dict[str, str]):
    """Fields with a value: format_map raises KeyError for the others."""

    def __init__(self, fields: Mapping[str, str | None]) -> None:
        super().__init__({name: value for name, value in fields.items() if value is not None})
