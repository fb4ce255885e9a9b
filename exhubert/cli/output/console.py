"""Where commands print for people, and JSON for programs."""

import logging
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

from pipeline.common.untrusted_text import printable, printable_json

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
