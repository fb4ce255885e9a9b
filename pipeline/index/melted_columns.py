"""Columns that become rows: the key ``melt`` of a table."""

from collections.abc import Iterable, Iterator

from pipeline.specs.table_spec import Melt

Row = dict[str, str]


def melt_columns(rows: Iterable[Row], melt: Melt) -> Iterator[Row]:
    """A row for each of the melted columns, beside all that the row holds.

    Args:
        rows: Of a table.
        melt: Which columns, and what the name of each and its cell are called.

    >>> list(melt_columns([{"sad": "0"}], Melt(columns=["sad"], name="emotion", value="score")))
    [{'sad': '0', 'emotion': 'sad', 'score': '0'}]
    """
    columns = [column.removesuffix("?") for column in melt.columns]
    for row in rows:
        for column in columns:
            if column in row:
                yield row | {melt.name: column, melt.value: row[column]}
