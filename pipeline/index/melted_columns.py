"""Columns that become rows: the key ``melt`` of a table."""

from collections.abc import Iterable, Iterator

from pipeline.schema.fields import Row
from pipeline.specs.table_spec import Melt


def melt_columns(rows: Iterable[Row], melt: Melt) -> Iterator[Row]:
    """A row for each of the melted columns, beside all that the row holds.

    If no row has any of them and they are required, the first row is given as it is, so that an
    error can list the columns.

    Args:
        rows: Rows of a table.
        melt: Columns to melt, and the columns for their names and cells.

    >>> list(melt_columns([{"sad": "0"}], Melt(columns=["sad"], name="emotion", value="score")))
    [{'sad': '0', 'emotion': 'sad', 'score': '0'}]
    """
    columns = [column.removesuffix("?") for column in melt.columns]
    unmelted: Row | None = None
    melted = False
    for row in rows:
        unmelted = row if unmelted is None else unmelted
        for column in columns:
            if column in row:
                melted = True
                yield row | {melt.name: column, melt.value: row[column]}
    optional = all(column.endswith("?") for column in melt.columns)
    if unmelted is not None and not melted and not optional:
        yield unmelted
