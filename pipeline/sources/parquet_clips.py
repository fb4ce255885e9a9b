"""The rows of a Parquet file as clips: listed by all columns but audio, read by that alone."""

import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cached_property

from pipeline.common.errors import DataError
from pipeline.common.patterns import row_filter
from pipeline.sources.blocks import block_name
from pipeline.sources.byte_ranges import RangedFile
from pipeline.sources.class_names import Names, ReadFile, find_class_names
from pipeline.sources.clip_names import clip_name, template_text
from pipeline.sources.clip_rows import check_version, file_columns, name_cells
from pipeline.sources.listing import SourceFile
from pipeline.sources.parquet_audio import ParquetAudio
from pipeline.sources.parquet_cells import is_whole, may_number
from pipeline.sources.parquet_columns import RowGroup
from pipeline.specs.row_spec import FILE_STEM
from pipeline.specs.source_spec import CLIP_NAME, ParquetSpec
from pipeline.specs.spec_types import template_fields

_MOST_ROWS = 2_000_000

_ROWS_TOGETHER = 100
"""Rows of a larger row group that a shard gets all or none of."""


class ParquetClips:
    """The clips of one Parquet file; may be used by several threads and after a fork."""

    def __init__(
        self, path: str, file: RangedFile, spec: ParquetSpec, ignore_case: bool, read: ReadFile
    ) -> None:
        """Reads the footer.

        Args:
            path: Path of the file, below the corpus root.
            file: Content of the file.
            spec: Columns to read.
            ignore_case: Whether patterns are blind to case.
            read: Reads other files of the corpus: those that may name classes.

        Raises:
            DataError: It is no Parquet file, is damaged, lacks a column, or classes have no names.
        """
        self.path = path
        self._spec = spec
        self._parquet = ParquetAudio(file, spec.audio)
        self._of_file = file_columns(path, spec, ignore_case)
        self._where = row_filter(spec.where, ignore_case)
        self._columns = [
            column
            for column, needed in spec.columns.items()
            if column not in self._of_file
            and column != CLIP_NAME
            and (needed or self._parquet.kind_of(column))
        ]
        self._parquet.check_columns(self._columns)
        self._names = {
            column: names
            for column in self._columns
            if (names := self._class_names(column, read)) is not None
        }
        if self._parquet.rows > _MOST_ROWS:
            rows = self._parquet.rows
            raise DataError(f"{file.location}: {rows:,} rows, more than {_MOST_ROWS:,}: divide it")
        self._reading = threading.Lock()
        self._next: tuple[int, int] | None = None  # row group and next row of what is streamed
        self._stream: Iterator[bytes | None] = iter(())
        self._failed: dict[int, str] = {}

    def clips(self) -> Iterator[SourceFile]:
        """The rows that ``where`` takes, in their order; no audio is read.

        Raises:
            DataError: A column is damaged, or a number has no name.
        """
        for group in self._parquet.row_groups:
            size = self._parquet.mean_bytes(group)
            for row, record in enumerate(self._records(group, self._columns), group.first):
                if self._where(record):
                    path, problem = self._clip_path(row)
                    part = (row - group.first) // _ROWS_TOGETHER
                    yield SourceFile(
                        f"{self.path}/{path}",
                        size,
                        f"{self._parquet.file.version} {row}",
                        problem,
                        record,
                        block_name(self.path, group.number, part),
                        row,
                        "parquet",
                    )

    def read(self, name: str) -> bytes:
        """Audio of the clip of this name.

        Rows that are read in their order are streamed: no byte is read twice.

        Raises:
            OSError: There is no such clip, it holds no audio, or it is damaged.
        """
        row = self._rows.get(name)
        if row is None:
            raise FileNotFoundError(f"the Parquet file has no row for {name!r}")
        return self._read(row)

    def read_row(self, listed: SourceFile) -> bytes:
        """Audio of a clip as it was listed; as :meth:`read`, and no name is read for it.

        Raises:
            OSError: As for :meth:`read`, or the file has changed.
        """
        check_version(listed, self._parquet.file.version)
        return self._read(listed.row)

    def _read(self, row: int) -> bytes:
        with self._reading:
            content = self._audio(row)
        if not content:
            raise OSError(
                f"row {row} of the Parquet file holds no audio, only a path or nothing at all"
            )
        return content

    def _audio(self, row: int) -> bytes | None:
        group = self._parquet.group_of(row)
        if group.number in self._failed:
            raise OSError(self._failed[group.number])
        following = self._next
        if following is None or following[0] != group.number or following[1] > row:
            self._stream, next_row = self._parquet.stream_audio(group), group.first
        else:
            next_row = following[1]
        self._next = None
        content = None
        try:
            for _ in range(next_row, row + 1):
                content = next(self._stream)
        except (OSError, StopIteration) as error:
            self._failed[group.number] = str(error) or "cut off in its Parquet file"
            raise OSError(self._failed[group.number]) from None
        self._next = (group.number, row + 1)
        return content

    @cached_property
    def _named(self) -> list[tuple[str, str | None]]:
        """Names of all rows, and what is wrong with them."""
        columns = [c for c in self._columns if c in template_fields(self._spec.name)]
        return [
            clip_name(template_text(self._spec.name, record))
            for group in self._parquet.row_groups
            for record in self._records(group, columns)
        ]

    @cached_property
    def _repeated(self) -> Mapping[str, int]:
        counted = Counter(name for name, _ in self._named)
        return {name: count for name, count in counted.items() if count > 1}

    @cached_property
    def _rows(self) -> dict[str, int]:
        """Rows by the names that only one of them has."""
        return {n: row for row, (n, _) in enumerate(self._named) if n not in self._repeated}

    def _clip_path(self, row: int) -> tuple[str, str | None]:
        """Path of a row below its file, and what is wrong with it."""
        path, problem = self._named[row]
        if count := self._repeated.get(path):
            problem = problem or (
                f"{count} rows of the Parquet file are called so; tell them apart by `parquet.name`"
            )
        return path, problem

    def _records(self, group: RowGroup, columns: list[str]) -> Iterator[dict[str, str]]:
        """Columns of rows as text, with those that the file itself gives."""
        path = [f"{self._parquet.audio}.path"] if self._parquet.has_path else []
        table = self._parquet.read_columns(group, [*columns, *path])
        texts = {column: self._named_classes(column, table[column]) for column in columns}
        given = table[path[0]] if path else [""] * group.rows
        for index in range(group.rows):
            record = {column: cells[index] for column, cells in texts.items()}
            name = _plain_path(given[index]) or f"{self._of_file[FILE_STEM]}-{group.first + index}"
            yield record | self._of_file | {CLIP_NAME: name}

    def _named_classes(self, column: str, texts: list[str]) -> list[str]:
        names = self._names.get(column)
        if names is None:
            return texts
        where = self._parquet.file.location
        return name_cells(texts, names, column, where, "parquet")

    def _class_names(self, column: str, read: ReadFile) -> Names | None:
        kind = self._parquet.kind_of(column)
        may_name = may_number(kind) if column == self._spec.labels else is_whole(kind)
        if not may_name and column not in self._spec.names:
            return None
        footer = self._parquet.schema.metadata
        names = find_class_names(column, self.path, footer, read, self._spec.names.get(column))
        numbers_labels = column == self._spec.labels and is_whole(kind)
        if numbers_labels and not any((names or {}).values()):
            raise DataError(
                f"{self._parquet.file.location}: column {column!r} numbers the labels and nothing "
                "names them: neither the file's footer nor README.md nor dataset_infos.json; put "
                f"the card of this very copy beside it, or say `names: {{{column}: [first, …]}}` "
                "below `parquet`"
            )
        return names


def _plain_path(path: str) -> str:
    """A path as somebody's machine wrote it: of an absolute one the name alone."""
    path = path.strip().replace("\\", "/")
    absolute = path.startswith("/") or ":/" in path or ".." in path.split("/")
    return path.rpartition("/")[2] if absolute else path
