"""Cells that hold lists: of one row, several rows."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from pipeline.common.errors import DataError
from pipeline.common.nested_values import VALUE, flatten, load_texts
from pipeline.index.nested_rows import rows_at
from pipeline.schema.fields import Row
from pipeline.specs.row_spec import CellList

_LONGEST = 1_000_000
"""Characters of a cell; Python's own reader is slow and deep."""

_MOST_CELLS = 50_000_000

_OPENING = ("[", "{", "(", '"', "'")
_NEIGHBOURS = re.compile(r"""['"]\s+['"]""")


class Elements(NamedTuple):
    """Content of a cell.

    Attributes:
        rows: Columns that each element gives.
        is_list: Whether the cell states a list that is not empty. What states none goes with every
            element of the lists beside it.
    """

    rows: Sequence[Row]
    is_list: bool


def spread_cells(rows: Sequence[Row], cells: Mapping[str, CellList], where: str) -> list[Row]:
    """Rows with one element in each cell that held a list, and one row an element.

    Lists of several columns go in step: they must be equally long. An element that is an object
    gives columns with dots, ``label.rater``, which may hold lists in their turn; an empty list
    leaves the cell empty.

    Args:
        rows: Rows of a table.
        cells: Column → how its cells hold lists.
        where: Name of the file in errors.

    Raises:
        DataError: A cell is not what the spec says, or lists of one row differ in length.
    """
    spread: list[Row] = []
    size = 0
    for number, row in enumerate(rows, 1):
        here = f"{where}: row {number}"
        for one in _spread(row, cells, here):
            spread.append(one)
            size += len(one)
            if size > _MOST_CELLS:
                raise DataError(f"{here}: its lists come to more cells than any table has")
    return spread


def _spread(row: Row, cells: Mapping[str, CellList], where: str) -> Iterator[Row]:
    """Rows of one row; columns that its elements give may hold lists in their turn."""
    here = {column: form for column, form in cells.items() if column in row}
    if not here:
        yield row
        return
    deeper = {column: form for column, form in cells.items() if column not in here}
    lists = {column: _elements(row[column], form, column, where) for column, form in here.items()}
    for found in _in_step(lists, where):
        yield from _spread(row | found, deeper, where)


def _in_step(lists: Mapping[str, Elements], where: str) -> Iterator[Row]:
    lengths = {
        column: len(found.rows)
        for column, found in lists.items()
        if found.is_list or len(found.rows) != 1
    }
    if len(set(lengths.values())) > 1:
        stated = ", ".join(f"{column!r} holds {length}" for column, length in lengths.items())
        raise DataError(f"{where}: its lists differ in length: {stated}; expected one each")
    for index in range(next(iter(lengths.values()), 1)):
        yield {
            column: text
            for found in lists.values()
            for column, text in found.rows[index if len(found.rows) > 1 else 0].items()
        }


def _elements(cell: str, form: CellList, column: str, where: str) -> Elements:
    """The elements of a cell; of an empty one, the empty cell."""
    try:
        value = _parse(cell.strip(), form.parse)
    except (ValueError, SyntaxError, TypeError, RecursionError, MemoryError) as error:
        reason = str(error).partition("\n")[0][:80] or "nested too deeply"
        raise DataError(
            f"{where}: column {column!r}: expected {form.parse}, found {cell.strip()[:60]!r}: "
            f"{reason}"
        ) from None
    if form.rows:
        below = rows_at(value, form.rows, ())
        found = [
            {column if name == VALUE else name: text for name, text in row.items()} for row in below
        ]
    else:
        found = [flatten(item, column) for item in (value if isinstance(value, list) else [value])]
    opens_list = form.parse in {"json", "literal"} and isinstance(value, list)
    return Elements(found or [{column: ""}], opens_list and bool(found))


def _parse(cell: str, form: str) -> Any:
    """The value in a cell; a text that opens no list is itself."""
    if form not in {"json", "literal"}:
        return [part.strip() for part in cell.split(form) if part.strip()]
    if not cell.startswith(_OPENING):
        return None if cell in {"null", "None"} else cell
    if len(cell) > _LONGEST:
        raise ValueError(f"{len(cell):,} characters, more than are read of a cell")
    if form == "json":
        return load_texts(cell)
    if _NEIGHBOURS.search(cell) and _has_neighbours(cell):
        raise ValueError("texts without a comma between them, as NumPy prints lists")
    return _plain(ast.literal_eval(cell))


def _has_neighbours(cell: str) -> bool:
    """Whether two texts follow each other, which Python joins to one."""
    before = None
    for token in tokenize.generate_tokens(io.StringIO(cell).readline):
        if token.type in {tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT}:
            continue
        if token.type == before == tokenize.STRING:
            return True
        before = token.type
    return False


def _plain(value: Any) -> Any:
    """Python's value with lists for tuples and sets, and text for keys."""
    if isinstance(value, dict):
        return {str(key): _plain(below) for key, below in value.items()}
    if isinstance(value, set):
        return sorted((_plain(item) for item in value), key=str)
    return list(map(_plain, value)) if isinstance(value, list | tuple) else value
