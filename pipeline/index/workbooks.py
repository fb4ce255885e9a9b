"""Tables in Excel workbooks (.xlsx), whatever may be wrong with them."""

import io
import re
import warnings
import zipfile
from collections.abc import Iterator
from typing import Any

from pipeline.common.errors import DataError
from pipeline.common.spelling import compose
from pipeline.index.sheet import Sheet, make_sheet
from pipeline.specs.table_spec import TableSpec

_LARGEST = 1 << 29
"""Bytes that a workbook may unpack to."""

_MOST_CELLS = 20_000_000
_WIDEST = 16_384  # columns, as many as Excel has

_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml")
_UNCALCULATED = re.compile(
    rb'<c(?![^>]{0,200}t="str")(?:\s[^>]{0,200})?>'
    rb"<f(?:\s[^>]{0,200})?(?:/>|>[^<]{0,9000}</f>)(?:<v ?/>|<v></v>)?</c>"
)
"""A cell with a formula and no result; that of text (``str``) may be empty."""


def parse_workbook(content: bytes, table: TableSpec, where: str) -> list[tuple[str, Sheet]]:
    """Title and cells of every sheet.

    Args:
        content: Content of the file.
        table: Spec of the table.
        where: Name of the file in errors.

    Raises:
        DataError: It is no workbook, is damaged, or larger than any table is.
    """
    import openpyxl  # few corpora need it

    _check_size(content, where)
    _check_formulas(content, where)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of styles and links that no table needs
            book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
            return [(sheet.title, _read_sheet(sheet, table, where)) for sheet in book.worksheets]
    except DataError:
        raise
    except Exception as error:  # openpyxl lets through whatever its parsers raise
        reason = str(error).partition("\n")[0][:200] or type(error).__name__
        raise DataError(
            f"{where}: not an Excel workbook, or damaged: {reason}; save it anew as .xlsx or .csv"
        ) from None


def _read_sheet(sheet: Any, table: TableSpec, where: str) -> Sheet:
    sheet.reset_dimensions()  # what a file states of them may be long out of date
    filled = list(_filled_rows(sheet.iter_rows(values_only=True), where))
    columns, below = make_sheet(filled, table, where)
    rows = list(below)
    width = max((len(row) for _, row in rows), default=0)
    return Sheet([*columns, *[""] * (width - len(columns))], rows)


def _check_size(content: bytes, where: str) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            size = sum(part.file_size for part in parts.infolist())
    except Exception as error:  # zipfile raises many kinds, and none of them means more
        raise DataError(f"{where}: not an Excel workbook: {error}") from None
    if size > _LARGEST:
        raise DataError(
            f"{where}: unpacks to {size:,} bytes, more than the {_LARGEST:,} that are read; save "
            "it as .csv"
        )


def _check_formulas(content: bytes, where: str) -> None:
    """Refuses formulas that no program has calculated: their cells would be read as empty."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            sheets = [name for name in parts.namelist() if _SHEET.fullmatch(name)]
            uncalculated = any(_UNCALCULATED.search(parts.read(name)) for name in sheets)
    except Exception:  # as is reported when its cells are read
        return
    if uncalculated:
        raise DataError(
            f"{where}: holds formulas without their results, as programs write them; open it in a "
            "spreadsheet program and save it, or save it as .csv"
        )


def _filled_rows(rows: Iterator[tuple[object, ...]], where: str) -> Iterator[tuple[int, list[str]]]:
    """Rows that have a filled cell, numbered from 1, without empty cells at their end."""
    cells = 0
    for number, row in enumerate(rows, 1):
        texts = [_as_text(cell) for cell in row]
        while texts and not texts[-1].strip():
            texts.pop()
        cells += len(texts)
        if cells > _MOST_CELLS or number > _MOST_CELLS or len(texts) > _WIDEST:
            raise DataError(f"{where}:{number}: more cells than any table has; save it as .csv")
        if texts:
            yield number, texts


def _as_text(cell: object) -> str:
    """A cell as Excel shows it: whole numbers without a point."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return compose(str(cell))
