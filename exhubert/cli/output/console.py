"""Where commands print for people, and the progress bars of those that take a while."""

import contextlib
import logging
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence, Sized
from pathlib import Path
from typing import TypeVar

from rich.console import Console, ConsoleOptions, RenderableType
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
from rich.segment import Segment

from pipeline.common.foreign_text import printable, printable_json

Item = TypeVar("Item")

_WIDE = 160  # characters, for output that goes to a file


class _Console(Console):
    """A console whose reader may leave, as ``head`` does."""

    def render(
        self, renderable: RenderableType, options: ConsoleOptions | None = None
    ) -> Iterable[Segment]:
        """Segments whose text is text: what names and paths hold moves no cursor."""
        for segment in super().render(renderable, options):
            if segment.control:
                yield segment
            else:
                yield Segment(printable(segment.text), segment.style)

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError  # rich would end the command with status 1


OUT = _Console(width=None if sys.stdout.isatty() else _WIDE, markup=False, highlight=False)
"""Where tables go: as wide as the terminal, and wide enough for paths in a file.

Markup is off, since paths and names may hold brackets."""

ERR = _Console(stderr=True, markup=False, highlight=False)


def say(text: str, quiet: bool = False) -> None:
    """Prints a line, unless machine-readable output was asked for."""
    if not quiet:
        OUT.print(text, soft_wrap=True)


def say_written(files: Sequence[Path]) -> None:
    """Names the files that a command wrote, if it wrote any."""
    if files:
        say(f"Wrote {', '.join(map(str, files))}.")


def complain(text: str) -> None:
    """Prints a line to stderr, as it is but for control characters."""
    print(printable(text), file=sys.stderr)


def emit(json_text: str) -> None:
    """Prints JSON to stdout."""
    print(printable_json(json_text), flush=True)


def quieten_transformers() -> None:
    """Hides its progress bars and the hub's retries: these commands say themselves what they do."""
    from transformers.utils.logging import disable_progress_bar

    disable_progress_bar()
    logging.getLogger("huggingface_hub").setLevel(logging.ERROR)


def track(
    items: Iterable[Item], what: str, quiet: bool = False, total: int | None = None
) -> Iterator[Item]:
    """Goes through items with a progress bar on stderr; ``total`` is for those without a length."""
    with _progress(quiet) as progress:
        task = progress.add_task(what, total=len(items) if isinstance(items, Sized) else total)
        for item in items:
            yield item
            progress.advance(task)


@contextlib.contextmanager
def counter(what: str, quiet: bool = False) -> Iterator[Callable[[int], None]]:
    """A count on stderr of what is done, for work whose end is not known beforehand."""
    with _progress(quiet) as progress:
        task = progress.add_task("", total=None)

        def advance(more: int) -> None:
            progress.advance(task, more)
            progress.update(task, description=f"{progress.tasks[task].completed:,.0f} {what}")

        yield advance


@contextlib.contextmanager
def transfer(quiet: bool = False) -> Iterator[Callable[[str, int, int | None], None]]:
    """Bars on stderr of files that are coming: told a name, the bytes so far and those in all."""
    tasks: dict[str, TaskID] = {}
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(elapsed_when_finished=True),
        console=ERR,
        disable=quiet or not ERR.is_terminal,
    ) as progress:

        def show(name: str, come: int, total: int | None) -> None:
            if name not in tasks:
                tasks[name] = progress.add_task(printable(name), total=total)
            progress.update(tasks[name], completed=come, total=total)

        yield show


def _progress(quiet: bool) -> Progress:
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TimeRemainingColumn(elapsed_when_finished=True),
        console=ERR,
        disable=quiet or not ERR.is_terminal,
        redirect_stdout=False,  # rich would send it to stderr, even what goes to a file
    )
