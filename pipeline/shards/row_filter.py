"""Conditions over the columns of the record, in SQL: ``corpus = 'emo_db' and duration > 3``.

DuckDB reads them, so that nobody learns a language of ours. A condition sees the rows that it is
given and nothing else: no files, no network, no further statements.
"""

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipeline.common.errors import UsageError
from pipeline.common.suggest import suggest
from pipeline.schema.record import CLASSES, RECORD

if TYPE_CHECKING:  # the command line reads conditions without waiting for it
    import pandas as pd

CLASS_NAME = "class_name"
"""The column that holds the name of the six-class label, which ``label`` numbers."""


def rows_where(rows: pa.Table, condition: str) -> npt.NDArray[np.int64]:
    """Finds the rows that a condition holds for.

    Args:
        rows: Rows with columns of the record. Where ``label`` is among them, a condition may name
            ``class_name``, too.
        condition: Condition as after WHERE in DuckDB's SQL. A row for which it is unknown, since a
            value is null, is not found.

    Returns:
        Positions of the rows, ascending.

    Raises:
        UsageError: It is not a condition, or names a column that the rows do not have.
    """
    import duckdb

    numbered = _with_class_names(rows).append_column("_position", pa.array(range(len(rows))))
    with duckdb.connect(config={"enable_external_access": False}) as connection:
        try:
            found = connection.from_arrow(numbered).filter(condition).project("_position")
            positions = found.fetchnumpy()["_position"]
        except duckdb.Error as error:
            raise UsageError(f"--where {condition!r}: {_explain(error, rows)}") from None
    return np.sort(positions.astype(np.int64))


def check_condition(condition: str) -> None:
    """Checks a condition before any row is read.

    Raises:
        UsageError: It is not a condition over the columns of the record.
    """
    columns = pa.schema([field for field in RECORD if field.name != "audio"])
    rows_where(columns.empty_table(), condition)


def frame_where(rows: "pd.DataFrame", condition: str) -> "pd.DataFrame":
    """Rows of a frame that a condition holds for, as :func:`rows_where` finds them."""
    table = pa.Table.from_pandas(rows, preserve_index=False)
    return rows.iloc[rows_where(table, condition)]


def _with_class_names(rows: pa.Table) -> pa.Table:
    if "label" not in rows.column_names:
        return rows
    names = [
        CLASSES[int(label)] if label is not None and 0 <= label < len(CLASSES) else None
        for label in rows["label"].to_pylist()
    ]
    return rows.append_column(CLASS_NAME, pa.array(names, pa.string()))


def _explain(error: Exception, rows: pa.Table) -> str:
    """DuckDB's message without its guesses and the line it draws."""
    message = str(error).partition("\n")[0].removesuffix("!").strip()
    _, named, name = message.partition('Referenced column "')
    name = name.partition('"')[0]
    if not named:
        return f"{message}; expected a condition such as \"emotion = 'anger' and duration > 3\""
    columns = [*rows.column_names, CLASS_NAME]
    return (
        f"no column {name!r}; there are {', '.join(columns)}, and text stands between single quotes"
        f"{suggest(name, columns)}"
    )
