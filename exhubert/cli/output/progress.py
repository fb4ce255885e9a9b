"""Progress on stderr: a bar on a terminal, a line every ten seconds elsewhere."""

import contextlib
import time
from collections.abc import Callable, Iterable, Iterator, Sized
from typing import TypeVar

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)

from exhubert.cli.output.console import ERR
from pipeline.common.count import clock
from pipeline.common.untrusted_text import printable

Item = TypeVar("Item")

LINE_EVERY = 10.0
"""Seconds between two lines where the output is not a terminal."""


class Tally:
    """How much is done, how fast it goes, how long it will take."""

    def __init__(self, what: str, total: int | None = None) -> None:
        """``what`` says what is done with what, as in "clips scored"."""
        self.what = what
        self.total = total
        self.done = 0
        self._before = 0  # done at once, before any time was measured: kept from earlier, perhaps
        self._started: float | None = None

    def add(self, more: int, total: int | None, now: float) -> None:
        """Counts what was done since the last time; ``now`` is in s of any clock."""
        self.done += more
        self.total = self.total if total is None else total
        if self._started is None:
            self._before, self._started = self.done, now

    def describe(self, now: float) -> str:
        """As in ``1,200 of 9,000 clips scored, 124.0/s, 0:01:03 left``."""
        of = "" if self.total is None else f" of {self.total:,}"
        words = [f"{self.done:,}{of} {self.what}"]
        elapsed = 0.0 if self._started is None else now - self._started
        if elapsed > 0 and self.done > self._before:
            rate = (self.done - self._before) / elapsed
            words.append(f"{rate:,.1f}/s")
            if self.total is not None and self.total > self.done:
                words.append(f"{clock((self.total - self.done) / rate)} left")
        return ", ".join(words)


Advance = Callable[..., None]
"""Told how many more are done and, where that is known by now, how many there are in all."""


def track(
    items: Iterable[Item], what: str, quiet: bool = False, total: int | None = None
) -> Iterator[Item]:
    """Iterates over items and shows how many are done; ``total`` is for those without a length."""
    known = len(items) if isinstance(items, Sized) else total
    with counter(what, quiet, known) as advance:
        for item in items:
            yield item
            advance(1)


@contextlib.contextmanager
def counter(
    what: str,
    quiet: bool = False,
    total: int | None = None,
    console: Console = ERR,
    now: Callable[[], float] = time.monotonic,
) -> Iterator[Advance]:
    """Gives a callback that shows the progress of a command.

    Args:
        what: Is done with what, as in "clips scored".
        quiet: Whether to show nothing.
        total: How many there are in all, where that is known beforehand.
        console: Where to show it.
        now: The clock, in s.
    """
    tally = Tally(what, total)
    if quiet:
        yield lambda more, total=None: None
    elif console.is_terminal:
        with _bar(console) as bar:
            task = bar.add_task(tally.describe(now()), total=total)

            def draw(more: int, total: int | None = None) -> None:
                tally.add(more, total, now())
                text = tally.describe(now())
                bar.update(task, completed=tally.done, total=tally.total, description=text)

            yield draw
    else:
        yield _lines(tally, console, now)


def _bar(console: Console) -> Progress:
    return Progress(
        SpinnerColumn(),
        BarColumn(),
        TextColumn("{task.description}", markup=False),
        console=console,
        redirect_stdout=False,  # rich would send it to stderr, even what goes to a file
    )


def _lines(tally: Tally, console: Console, now: Callable[[], float]) -> Advance:
    begun = last = now()

    def print_line(more: int, total: int | None = None) -> None:
        nonlocal last
        tally.add(more, total, now())
        if now() - last >= LINE_EVERY:
            last = now()
            line = f"{clock(last - begun)}  {tally.describe(last)}"
            console.print(line, highlight=False, soft_wrap=True)

    return print_line


@contextlib.contextmanager
def transfer(quiet: bool = False) -> Iterator[Callable[[str, int, int | None], None]]:
    """Progress bars of downloads on stderr: called with a name, the bytes so far and in all."""
    tasks: dict[str, TaskID] = {}
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(elapsed_when_finished=True),
        console=ERR,
        disable=quiet or not ERR.is_terminal,
    ) as bar:

        def show(name: str, come: int, total: int | None) -> None:
            if name not in tasks:
                tasks[name] = bar.add_task(printable(name), total=total)
            bar.update(tasks[name], completed=come, total=total)

        yield show
