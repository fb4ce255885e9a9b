"""How far work on clips has come, for whoever shows it."""

from collections.abc import Callable

OnProgress = Callable[[int, int], object]
"""Told how many more clips are done, and how many there are in all."""


def untold(*told: object) -> None:
    """Shows nothing of what it is told."""
