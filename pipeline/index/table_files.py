"""Files of tables: those that a spec names, read row by row into what clips are joined with."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from pipeline.common.errors import DataError
from pipeline.common.globs import glob_matcher
from pipeline.common.nested_values import VALUE
from pipeline.common.spelling import compose, name_strangers
from pipeline.index.table_finder import NearNames, find_table_files, table_globs
from pipeline.index.table_formats import stream_table
from pipeline.index.table_rows import TableRows, build_table, no_table
from pipeline.schema.fields import Row
from pipeline.sources.class_names import ReadFile
from pipeline.sources.listing import SourceFile, too_large
from pipeline.specs.corpus_spec import CorpusSpec
from pipeline.specs.row_spec import FILE_STEM
from pipeline.specs.table_spec import FileByField, TableSpec
from pipeline.storage.prefetch import prefetch

_DIVIDES = re.compile(r"[ \t;|]")

_LARGEST_TABLE = 1 << 30
"""Bytes; the largest of a known corpus has 30 million."""


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
    return {name: _load_table(spec, name, wanted, read, files) for name in spec.tables}


def _load_table(
    spec: CorpusSpec,
    name: str,
    files: Sequence[SourceFile],
    read: ReadFile,
    listed: Sequence[SourceFile],
) -> TableRows:
    table, where = spec.tables[name], f"corpus {spec.id}, table {name!r}"
    globs = table_globs(table)
    match = glob_matcher(globs, spec.ignore_case)
    found = [(hit[0], file) for file in files if (hit := match(compose(file.path)))]
    if not found and table.required:
        raise DataError(
            f"{where}: no file matches {', '.join(map(repr, globs))} below the corpus root; "
            f"put it there as the corpus's archive has it{_near(globs, listed)}"
        )
    if not found:
        return no_table(table)
    for _, file in found:
        if problem := file.problem or too_large(file.size, _LARGEST_TABLE):
            raise DataError(f"{where}: {file.path}: can't be read: {problem}")
    reading = _Reading(table, where, spec.ignore_case)
    built = build_table(table, reading.records(found, read), spec.ignore_case)
    if not reading.count and table.required:
        files_read = ", ".join(file.path for _, file in found[:3])
        wanted = f"lines like '{table.line}'" if table.line else "rows below a header"
        why_empty = reading.why_empty or f"expected {wanted}"
        raise DataError(f"{where}: no row in {files_read}, {why_empty}")
    return replace(built, encodings=reading.encodings)


class _Reading:
    """The files of a table while they are read, one after another and row by row.

    Attributes:
        count: Rows so far.
        encodings: As for :class:`TableRows`.
        why_empty: Why a file has no row, where more can be said than that.
    """

    def __init__(self, table: TableSpec, where: str, ignore_case: bool) -> None:
        self.count = 0
        self.encodings: dict[str, list[str]] = {}
        self.why_empty = ""
        self._table = table
        self._where = where
        self._ignore_case = ignore_case

    def records(
        self, files: Sequence[tuple[int, SourceFile]], read: ReadFile
    ) -> Iterator[Mapping[str, str]]:
        """Rows of all files.

        Args:
            files: Each with the rank of the glob that found it.
            read: Gives the content of a listed file.

        Raises:
            DataError: One can't be read, can't be decoded, or lacks a column.
        """
        table = self._table
        coming = prefetch(((file.path, file.size) for _, file in files), read)
        for (rank, file), (_, future) in zip(files, coming, strict=True):
            source = f"{self._where}: {file.path}"
            try:
                content = future.result()
            except OSError as error:
                raise DataError(f"{source}: can't be read: {error.strerror or error}") from None
            path = compose(file.path)
            part = stream_table(content, table, path, source, self._ignore_case, read)
            if part.encoding and part.encoding != table.encoding[0]:
                self.encodings.setdefault(part.encoding, []).append(file.path)
            self.why_empty = part.empty or self.why_empty
            chosen = {}
            if isinstance(table.file, FileByField):
                chosen = {table.file.of: list(table.file.values)[rank]}
            for record in _check_columns(part.rows, table, source):
                self.count += 1
                yield record | chosen if chosen else record


def _near(globs: Sequence[str], files: Sequence[SourceFile]) -> str:
    """The end of a message about a missing table: files that may be it, by another name."""
    is_near = NearNames(globs)
    near = [file.path for file in files if is_near(compose(file.path))]
    return f" (is it {' or '.join(near[:3])}? then name that, or set `ignore_case`)" if near else ""


def _check_columns(records: Iterable[Row], table: TableSpec, where: str) -> Iterator[Row]:
    """Records as they come; each column that the spec needs must be in one of them.

    Raises:
        DataError: One is in none.
    """
    first: dict[str, str] = {}
    missing = list(table.needed)
    for record in records:
        first = first or record
        if missing:
            missing = [column for column in missing if column not in record]
        yield record
    if first and missing:
        made = (table.melt.name, table.melt.value) if table.melt else ()
        lacking = ", ".join(repr(column) for column in missing if column not in made)
        found = ", ".join(repr(name) + name_strangers(name) for name in first)
        why = _why(first, missing, table.parts)
        raise DataError(f"{where}: no column {lacking}; found {found}{why}")


def _why(record: Mapping[str, str], missing: Sequence[str], parts: Mapping[str, str]) -> str:
    """The end of a message about missing columns: what may be the reason."""
    for column, pattern in parts.items():
        if re.compile(pattern).groupindex.keys() & missing:
            return f"; no cell of {column!r} fits {pattern!r}, its pattern in `parts`"
    if VALUE in record:
        return "; say by `rows` where its rows lie"
    cells = [f"{column.strip()}\n{cell.strip()}" for column, cell in record.items()]
    if len(record.keys() - {FILE_STEM}) == 1 and _DIVIDES.search("\n".join(cells)):
        return "; if blanks or another sign divide its cells, say `format: space` or `separator`"
    return ""
