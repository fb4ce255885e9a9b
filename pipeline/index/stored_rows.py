"""Rows of a table by their key, stored closely: tables of raters have millions."""

from collections.abc import Iterator, Mapping, Sequence

from pipeline.schema.fields import Fields

Key = tuple[str | None, ...]
"""Values of the columns that a table is joined on."""


class StoredRows(Mapping[Key, Sequence[Fields]]):
    """Key → its rows, which are made anew whenever they are asked for.

    Eight bytes a cell and those of values that differ, where a dictionary a row takes 200.
    """

    def __init__(self, fields: Sequence[str]) -> None:
        """Begins without rows.

        Args:
            fields: Fields of every row.
        """
        self._fields = tuple(fields)
        self._cells: dict[Key, list[str | None]] = {}

    def add(self, key: Key, row: Fields) -> None:
        """Adds a row."""
        cells = self._cells.setdefault(key, [])
        cells.extend([row[field] for field in self._fields] if self._fields else [None])

    def __getitem__(self, key: Key) -> Sequence[Fields]:
        cells, width = self._cells[key], max(1, len(self._fields))
        return [
            dict(zip(self._fields, cells[at : at + width], strict=False))
            for at in range(0, len(cells), width)
        ]

    def __contains__(self, key: object) -> bool:
        return key in self._cells

    def __iter__(self) -> Iterator[Key]:
        return iter(self._cells)

    def __len__(self) -> int:
        return len(self._cells)
