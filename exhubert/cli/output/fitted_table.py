"""Tables that fit: columns that have no room beside the others stand in a table below."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table

_GAP = 2  # characters between columns
_LEAST = 16  # characters of a column of words


@dataclass(frozen=True)
class Heading:
    """A column: its heading, and how its cells may be printed.

    Attributes:
        text: What stands above it.
        number: Whether cells are aligned at the right and always whole.
        cut: Whether cells may be cut at their end; words fold otherwise.
    """

    text: str
    number: bool = False
    cut: bool = False


def words(*texts: str) -> list[Heading]:
    """Columns of words, which fold where there is no room."""
    return [Heading(text) for text in texts]


def numbers(*texts: str) -> list[Heading]:
    """Columns of numbers, aligned at the right."""
    return [Heading(text, number=True) for text in texts]


def print_table(
    console: Console,
    groups: Sequence[Sequence[Heading]],
    rows: Sequence[Sequence[str]],
    all_columns: bool = True,
) -> list[str]:
    """Prints rows as one table, or as several where the console is too narrow for all columns.

    Args:
        console: Where to.
        groups: Headings. The first group is what names a row, and stands in every table, never
            folded; columns of another group stay together where they can.
        rows: Cells, in the order of the headings.
        all_columns: Whether columns without room come in a further table, or are left out.

    Returns:
        Headings of the columns that were left out.
    """
    headings = [heading for group in groups for heading in group]
    widths = [
        max(cell_len(line) for cell in cells for line in cell.split("\n"))
        for cells in zip([heading.text for heading in headings], *rows, strict=True)
    ]
    names = list(range(len(groups[0])))
    room = console.width - sum(widths[column] + _GAP for column in names)
    least = [
        width if heading.number else min(width, _LEAST)
        for width, heading in zip(widths, headings, strict=True)
    ]
    parts = list(_split(groups[1:], len(names), least, room))
    for part in parts if all_columns else parts[:1]:
        fitted = _widen(
            [least[column] for column in part], [widths[column] for column in part], room
        )
        table = Table(box=None, pad_edge=False, header_style="bold")
        for column, width in zip(
            [*names, *part], [widths[name] for name in names] + fitted, strict=True
        ):
            heading = headings[column]
            table.add_column(
                heading.text,
                justify="right" if heading.number else "left",
                width=width,
                no_wrap=column in names or heading.number or heading.cut,
                overflow="ellipsis" if heading.cut else "fold",
            )
        for row in rows:
            table.add_row(*(row[column] for column in (*names, *part)))
        console.print(table)
    return [headings[column].text for part in parts[1:] for column in part if not all_columns]


def _split(
    groups: Sequence[Sequence[Heading]], first: int, least: Sequence[int], room: int
) -> Iterator[list[int]]:
    """Places of the columns of each table: as many groups as there is room for, at least one."""
    part: list[int] = []
    for group in groups:
        columns = list(range(first, first + len(group)))
        first += len(group)
        # A group that is too wide by itself is cut where it must.
        units = [columns] if _width(columns, least) <= room else [[column] for column in columns]
        for unit in units:
            if part and _width([*part, *unit], least) > room:
                yield part
                part = []
            part = [*part, *unit]
    yield part


def _widen(least: Sequence[int], wanted: Sequence[int], room: int) -> list[int]:
    """Widths of columns, the room that is left given to those that need it, in equal shares."""
    widths = list(least)
    left = room - sum(least) - _GAP * (len(least) - 1)
    short = sorted(
        (wish - width, column)
        for column, (width, wish) in enumerate(zip(least, wanted, strict=True))
    )
    for number, (lack, column) in enumerate(short):
        share = max(0, min(lack, left // (len(short) - number)))
        widths[column] += share
        left -= share
    return widths


def _width(columns: Sequence[int], least: Sequence[int]) -> int:
    return sum(least[column] for column in columns) + _GAP * (len(columns) - 1)


def known(number: int | None) -> str:
    """A number as a cell of a table; a dash where it is unknown."""
    return "–" if number is None else f"{number:,}"
