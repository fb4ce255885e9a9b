"""Tables of text: each line a row, or lines below a head line, or the whole file one row."""

from pipeline.common.patterns import compile_pattern
from pipeline.schema.fields import Row
from pipeline.specs.table_spec import WHOLE_TEXT, TableSpec


def parse_lines(text: str, table: TableSpec, ignore_case: bool) -> list[Row]:
    """Rows of the lines that the pattern of a table fits.

    Where the table names a ``block``, only lines below a head line count, up to a blank line or the
    next head; the groups of the head are columns of theirs, too.

    Args:
        text: Text of the file.
        table: Table with its ``line``.
        ignore_case: Whether patterns are blind to case.

    Raises:
        DataError: A pattern takes too long.
    """
    if not table.block:
        lines = compile_pattern(table.line or "", ignore_case, lines=True)
        return [found.groupdict("") for found in lines.finditer(text)]
    head = compile_pattern(table.block, ignore_case)
    line = compile_pattern(table.line or "", ignore_case)
    rows: list[Row] = []
    block: dict[str, str] | None = None
    for one in text.split("\n"):
        if not one.strip():
            block = None
        elif found := head.search(one):
            block = found.groupdict("")
        elif block is not None and (found := line.search(one)):
            rows.append(block | found.groupdict(""))
    return rows


def parse_whole_text(text: str) -> list[Row]:
    """The one row of a file that is a transcript; none where it says nothing."""
    words = join_lines(text)
    return [{WHOLE_TEXT: words}] if words else []


def join_lines(text: str) -> str:
    """The lines of a text as one, with a blank between them."""
    return " ".join(filter(None, map(str.strip, text.splitlines())))
