"""Tables for papers: columns and rows once, written as Markdown, CSV and LaTeX (booktabs).

CSV holds numbers as they are, an interval as its two ends and the speakers behind it; the others
hold what is read: per cent with a decimal, an interval as ``32–45``, ``*`` where few speakers stand
behind it.
"""

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pandas as pd

from pipeline.storage.files import write_atomic
from training.metrics.differences import Difference
from training.metrics.intervals import FEW_NOTE, is_few, show_interval
from training.metrics.scores import Figures

SUFFIXES = (".tex", ".csv", ".md")
"""What the names of files of tables end in."""

_NARROW = 8  # columns that a column of a paper has room for

CellKind = Literal["text", "count", "percent", "points", "seconds"]


@dataclass(frozen=True)
class Interval:
    """A 95 % interval over speakers: shares, not per cent.

    Attributes:
        low: Lower end.
        high: Upper end.
        speakers: How many it is drawn from.
        signed: Whether it is one of a difference.
    """

    low: float
    high: float
    speakers: int
    signed: bool = False

    def __str__(self) -> str:
        if self.signed:
            return show_interval(self.low, self.high, self.speakers, "+z.0f", " to ")
        return show_interval(self.low, self.high, self.speakers)

    @classmethod
    def of(cls, scores: Figures) -> "Interval":
        """That of a UAR."""
        return cls(scores.uar_low, scores.uar_high, scores.interval_speakers)

    @classmethod
    def of_difference(cls, difference: Difference) -> "Interval":
        """That of a difference of two UARs."""
        return cls(difference.low, difference.high, difference.interval_speakers, signed=True)


Cell = str | int | float | Interval | None


@dataclass(frozen=True)
class Column:
    """A column: its heading, and how its numbers are written.

    Attributes:
        heading: Above the column.
        kind: ``percent`` and ``points`` are shares, written times 100; points with their sign.
        interval: Whether cells are intervals.
    """

    heading: str
    kind: CellKind = "text"
    interval: bool = False

    @property
    def is_number(self) -> bool:
        """Whether cells stand at the right."""
        return self.interval or self.kind != "text"

    def show(self, cell: Cell) -> str:
        """A cell as it is read; a missing one is empty."""
        if cell is None:
            return ""
        if isinstance(cell, str | Interval):
            return str(cell)
        forms: Mapping[CellKind, str] = {
            "text": str(cell),
            "count": f"{cell:,}",
            "percent": f"{100 * cell:.1f}",
            "points": f"{100 * cell:+z.1f}",
            "seconds": f"{cell:,.1f}",
        }
        return forms[self.kind]


@dataclass(frozen=True)
class PaperTable:
    """A table.

    Attributes:
        title: Its caption.
        columns: From left to right.
        rows: Cells in the order of the columns.
        notes: Sentences below it.
    """

    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    notes: Sequence[str] = ()

    @property
    def shown(self) -> list[list[str]]:
        """Cells as they are read."""
        return [
            [column.show(cell) for column, cell in zip(self.columns, row, strict=True)]
            for row in self.rows
        ]

    def without_empty_columns(self) -> "PaperTable":
        """The table without empty columns."""
        filled = [
            number
            for number, _ in enumerate(self.columns)
            if any(row[number] is not None for row in self.rows)
        ]
        return PaperTable(
            self.title,
            [self.columns[number] for number in filled],
            [[row[number] for number in filled] for row in self.rows],
            self.notes,
        )

    def with_mark_explained(self) -> "PaperTable":
        """The table with a note on the mark of intervals of few speakers, if it has the mark."""
        intervals = [cell for row in self.rows for cell in row if isinstance(cell, Interval)]
        if not any(is_few(interval.speakers) for interval in intervals):
            return self
        return PaperTable(self.title, self.columns, self.rows, [*self.notes, FEW_NOTE])

    def to_markdown(self) -> str:
        """The table in Markdown, with its notes below."""
        lines = [
            [column.heading for column in self.columns],
            ["--:" if column.is_number else ":--" for column in self.columns],
            *self.shown,
        ]
        body = [f"| {' | '.join(cell.replace('|', '∣') for cell in line)} |" for line in lines]
        notes = [f"- {_one_line(note)}".replace("*", r"\*") for note in self.notes]
        return "\n".join([f"**{self.title}**", "", *body, *([""] if notes else []), *notes, ""])

    def to_csv(self) -> str:
        """The table as CSV, numbers as they are."""
        columns: dict[str, list[Cell]] = {}
        for number, column in enumerate(self.columns):
            cells = [row[number] for row in self.rows]
            if column.interval:
                ends = [cell if isinstance(cell, Interval) else None for cell in cells]
                for name in ("low", "high", "speakers"):
                    columns[f"{column.heading} {name}"] = [
                        _plain(getattr(cell, name)) if cell else None for cell in ends
                    ]
            else:
                columns[column.heading] = [_plain(cell) for cell in cells]
        buffer = io.StringIO()
        pd.DataFrame(columns, dtype=object).to_csv(buffer, index=False, lineterminator="\n")
        return buffer.getvalue()

    def to_latex(self) -> str:
        r"""The table for LaTeX; needs ``\usepackage{booktabs}``.

        Notes stand above it as comments, to be used in the text; only what a mark means is printed.
        What the first column repeats is printed once. Many columns stand across both columns of a
        paper, in small print.
        """
        wide = len(self.columns) > _NARROW
        form = "".join("r" if column.is_number else "l" for column in self.columns)
        lines = [
            *(f"% {_one_line(note)}" for note in self.notes),
            rf"\begin{{table{'*' * wide}}}[t]",
            rf"\caption{{{_latex(self.title)}}}",
            r"\centering",
            *([r"\footnotesize", r"\setlength{\tabcolsep}{3pt}"] if wide else []),
            rf"\begin{{tabular}}{{{form}}}",
            r"\toprule",
            _latex_row([_latex(column.heading) for column in self.columns]),
            r"\midrule",
            *self._latex_body(),
            r"\bottomrule",
            *(
                _latex_row([rf"\multicolumn{{{len(form)}}}{{l}}{{\footnotesize {_latex(note)}}}"])
                for note in self.notes
                if note.startswith("*")
            ),
            r"\end{tabular}",
            rf"\end{{table{'*' * wide}}}",
        ]
        return "\n".join(lines) + "\n"

    def _latex_body(self) -> Iterator[str]:
        """Rows, with room before each group of them that begins alike."""
        rows = self.shown
        grouped = len({row[0] for row in rows}) < len(rows)
        before = None
        for row in rows:
            first, *cells = (
                _latex(cell, column.is_number)
                for column, cell in zip(self.columns, row, strict=True)
            )
            if grouped and before not in (None, first):
                yield r"\addlinespace"
            yield _latex_row(["" if grouped and first == before else first, *cells])
            before = first

    def write_file(self, path: Path) -> None:
        """Writes the form that the name of a file ends in, one of :data:`SUFFIXES`."""
        forms = {".tex": self.to_latex, ".csv": self.to_csv, ".md": self.to_markdown}
        write_atomic(path, forms[path.suffix]())

    def write(self, folder: Path, name: str = "table") -> list[Path]:
        """Writes ``name.md``, ``name.csv`` and ``name.tex`` into a folder, and names them."""
        paths = [folder / f"{name}{suffix}" for suffix in (".md", ".csv", ".tex")]
        for path in paths:
            self.write_file(path)
        return paths


_LATEX = {
    "\\": r"\textbackslash{}",
    **{sign: f"\\{sign}" for sign in "&%$#_{}"},
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "–": "--",
    "−": "$-$",
    "±": r"$\pm$",
    "→": r"$\rightarrow$",
}


def _latex(text: str, number: bool = False) -> str:
    r"""Text as LaTeX prints it; in numbers a hyphen is a minus.

    >>> _latex("95 % of emo_db: 32–45")
    '95 \\% of emo\\_db: 32--45'
    """
    signs = _LATEX | {"-": "$-$"} if number else _LATEX
    return "".join(signs.get(sign, sign) for sign in _one_line(text))


def _latex_row(cells: Sequence[str]) -> str:
    r"""Cells as a line; the line above would take a bracket or star at its start as its own.

    >>> _latex_row(["[new]", "1"])
    '{}[new] & 1 \\\\'
    """
    line = " & ".join(cells)
    return rf"{'{}' if line.startswith(('[', '*')) else ''}{line} \\"


def _plain(cell: Cell) -> Cell:
    """A number without digits that say nothing."""
    return round(cell, 6) if isinstance(cell, float) else cell


def _one_line(text: str) -> str:
    return " ".join(text.split())
