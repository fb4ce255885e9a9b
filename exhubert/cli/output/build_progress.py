"""What a build shows while it goes: bars on a terminal, a line every ten seconds elsewhere."""

import contextlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.console import Console, Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from exhubert.cli.output.progress import LINE_EVERY
from pipeline.common.count import clock, count

if TYPE_CHECKING:
    from pipeline.monitoring import BuildProgress

_MOST_CORPORA = 8  # lines of corpora on a terminal
_BAR = 30  # characters


@dataclass
class Pace:
    """How fast a build goes, measured from the first clip that it worked on.

    Attributes:
        started: When that was, in s of the clock that :meth:`observe` is given; None before.
    """

    started: float | None = None
    elapsed: float = 0.0

    def observe(self, counts: "BuildProgress", now: float) -> None:
        """Updates the pace from what has been done by now."""
        if self.started is None and counts.finished:
            self.started = now
        if self.started is not None:
            self.elapsed = now - self.started

    def describe(self, counts: "BuildProgress") -> str:
        """Counts, and what the build waits for beyond its work."""
        if counts.waiting and not counts.found:
            return "; ".join(counts.waiting)
        return "; ".join([self._describe_work(counts), *counts.waiting])

    def _describe_work(self, counts: "BuildProgress") -> str:
        """Counts, and where they are known clips a second, speed and time left.

        No clip is worked on before all are indexed, so from the first on the number found, and
        with it the time left, is known.
        """
        if self.started is None:
            return f"indexing: {count(counts.found, 'clip')} found" if counts.found else "indexing"
        words = [f"{counts.finished:,} of {count(counts.found, 'clip')}"]
        if counts.done and self.elapsed > 0:
            rate = counts.done / self.elapsed
            words += [f"{rate:,.1f} clips/s", f"{counts.seconds / self.elapsed:,.0f} × real time"]
            if left := counts.found - counts.finished:
                words.append(f"{clock(left / rate)} left")
        return ", ".join(words)


def in_work(counts: "BuildProgress") -> "dict[str, BuildProgress]":
    """Corpora begun and not yet done."""
    return {name: part for name, part in counts.corpora.items() if 0 < part.finished < part.found}


@contextlib.contextmanager
def build_progress(
    console: Console, quiet: bool = False, clock_now: Callable[[], float] = time.monotonic
) -> "Iterator[Callable[[BuildProgress], None]]":
    """Gives a callback that shows the progress of a build.

    Args:
        console: Where to show it.
        quiet: Whether to show nothing.
        clock_now: The clock, in s.
    """
    if quiet:
        yield lambda counts: None
    elif console.is_terminal:
        with Live(console=console, refresh_per_second=5, transient=True) as live:
            pace = Pace()

            def draw(counts: "BuildProgress") -> None:
                pace.observe(counts, clock_now())
                live.update(_bars(counts, pace))

            yield draw
    else:
        yield _lines(console, clock_now)


def _lines(console: Console, now: Callable[[], float]) -> "Callable[[BuildProgress], None]":
    pace, begun = Pace(), now()
    last = begun

    def print_line(counts: "BuildProgress") -> None:
        nonlocal last
        pace.observe(counts, now())
        if now() - last < LINE_EVERY:
            return
        last = now()
        corpora = [
            f"{name} {part.finished:,}/{part.found:,}" for name, part in in_work(counts).items()
        ]
        line = f"{clock(last - begun)}  {pace.describe(counts)}"
        line += f"  ({', '.join(corpora)})" if corpora else ""
        console.print(line, highlight=False, soft_wrap=True)

    return print_line


def _bars(counts: "BuildProgress", pace: Pace) -> Group:
    """A bar over everything, then one a corpus that is being worked on."""
    table = Table.grid(padding=(0, 2))
    for justify in ("left", "left", "right"):
        table.add_column(justify=justify)
    known = pace.started is not None
    table.add_row("all", _bar(counts if known else None), "")
    working = in_work(counts)
    for name, part in list(working.items())[:_MOST_CORPORA]:
        table.add_row(Text(name, "dim"), _bar(part), f"{part.finished:,} of {part.found:,}")
    if len(working) > _MOST_CORPORA:
        table.add_row(Text(f"and {len(working) - _MOST_CORPORA} more", "dim"))
    return Group(pace.describe(counts), table)


def _bar(counts: "BuildProgress | None") -> ProgressBar:
    if counts is None:
        return ProgressBar(total=None, pulse=True, width=_BAR)
    return ProgressBar(total=counts.found, completed=counts.finished, width=_BAR)
