"""Tables that fit: columns that have no room beside the others stand in a table below."""

from collections.abc import Iterator, Sequence

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table

_GAP = 2  # characters between columns
_LEAST = 16  # characters of a column of words


def print_table(
    console: Console,
    groups: Sequence[Sequence[str]],
    rows: Sequence[Sequence[str]],
    all_columns: bool = True,
) -> list[str]:
    """Prints rows as one table, or as several where the console is too narrow for all columns.

    Args:
        console: Where to.
        groups: Headings. The first group is what names a row, and stands in every table; columns
            of another group stay together where they can. ``>number`` is aligned at the right,
            ``~text`` may be cut at its end; other words fold. Names of rows and numbers never do.
        rows: Cells, in the order of the headings.
        all_columns: Whether columns without room come in a further table, or are left out.

    Returns:
        Headings of the columns that were left out.
    """
    marked = [heading for group in groups for heading in group]
    headings = [heading.lstrip(">~") for heading in marked]
    widths = [
        max(cell_len(line) for cell in cells for line in cell.split("\n"))
        for cells in zip(headings, *rows, strict=True)
    ]
    names = list(range(len(groups[0])))
    room = console.width - sum(widths[place] + _GAP for place in names)
    least = [
        width if mark.startswith(">") else min(width, _LEAST)
        for width, mark in zip(widths, marked, strict=True)
    ]
    parts = list(_split(groups[1:], len(names), least, room))
    for part in parts if all_columns else parts[:1]:
        fitted = _widen(
            [least[column] for column in part], [widths[column] for column in part], room
        )
        table = Table(box=None, pad_edge=False, header_style="bold")
        for place, width in zip(
            [*names, *part], [widths[name] for name in names] + fitted, strict=True
        ):
            table.add_column(
                headings[place],
                justify="right" if marked[place].startswith(">") else "left",
                width=width,
                no_wrap=place in names or marked[place].startswith((">", "~")),
                overflow="ellipsis" if marked[place].startswith("~") else "fold",
            )
        for row in rows:
            table.add_row(*(row[place] for place in (*names, *part)))
        console.print(table)
    return [headings[column] for part in parts[1:] for column in part if not all_columns]


def _split(
    groups: Sequence[Sequence[str]], first: int, least: Sequence[int], room: int
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
        (wish - width, place) for place, (width, wish) in enumerate(zip(least, wanted, strict=True))
    )
    for number, (lack, place) in enumerate(short):
        share = max(0, min(lack, left // (len(short) - number)))
        widths[place] += share
        left -= share
    return widths


def _width(columns: Sequence[int], least: Sequence[int]) -> int:
    return sum(least[column] for column in columns) + _GAP * (len(columns) - 1)
