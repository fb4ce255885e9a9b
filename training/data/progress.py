"""Callbacks for the progress of work on clips."""

from collections.abc import Callable

OnProgress = Callable[[int, int], object]
"""Called with how many more clips are done, and how many there are in all."""


def no_progress(more: int, total: int) -> None:
    """For callers who show no progress."""


def no_note(line: str) -> None:
    """For callers who take no notes."""
