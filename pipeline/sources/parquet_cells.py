"""Cells of Parquet columns as text, as the rows of tables are."""

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.common.nested_values import as_text
from pipeline.common.spelling import compose


def column_text(column: pa.ChunkedArray) -> list[str]:
    """Cells as text: numbers and times as usual, lists and structs as JSON, unknown as nothing.

    >>> column_text(pa.chunked_array([[1, None, 3]]))
    ['1', '', '3']
    """
    kind = column.type
    if pa.types.is_dictionary(kind):
        column = column.cast(kind.value_type)
        kind = kind.value_type
    if pa.types.is_boolean(kind) or pa.types.is_nested(kind) or pa.types.is_binary(kind):
        return [as_text(value) for value in column.to_pylist()]
    texts = column.to_pylist() if pa.types.is_string(kind) else _cast(column).to_pylist()
    return ["" if text is None else compose(text) for text in texts]


def is_whole(kind: pa.DataType) -> bool:
    """Whether cells are integers or lists of them, as class numbers are."""
    return bool(pa.types.is_integer(_element(kind)))


def may_number(kind: pa.DataType) -> bool:
    """Whether the column may hold class numbers; integers with gaps are stored as floats."""
    return is_whole(kind) or bool(pa.types.is_floating(_element(kind)))


def _element(kind: pa.DataType) -> pa.DataType:
    is_list = pa.types.is_list(kind) or pa.types.is_large_list(kind)
    return kind.value_type if is_list else kind


def _cast(column: pa.ChunkedArray) -> pa.ChunkedArray:
    try:
        return pc.cast(column, pa.string())
    except (pa.ArrowNotImplementedError, pa.ArrowInvalid):
        return pa.chunked_array([[as_text(value) for value in column.to_pylist()]], pa.string())
