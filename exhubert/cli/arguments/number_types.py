"""Numbers on the command line, checked where they are read."""

import argparse
import math

SHORTEST_WINDOW = 0.1
"""In s; a model needs that much to say anything."""


def positive(text: str) -> int:
    """A whole number of at least 1.

    >>> positive("8")
    8
    """
    if not (text.isdecimal() and int(text) >= 1):
        raise argparse.ArgumentTypeError(f"expected a whole number of at least 1, found {text!r}")
    return int(text)


def share(text: str) -> float:
    """A number from 0 to 1.

    >>> share("0.05")
    0.05
    """
    number = _number(text)
    if not 0 <= number <= 1:
        raise argparse.ArgumentTypeError(
            f"expected a share from 0 to 1 (0.05 for 5 per cent), found {text!r}"
        )
    return number


def window_length(text: str) -> float:
    """Seconds of a window."""
    seconds = _number(text)
    if not SHORTEST_WINDOW <= seconds < math.inf:
        raise argparse.ArgumentTypeError(
            f"expected seconds, at least {SHORTEST_WINDOW}, found {text!r}"
        )
    return seconds


def duration(text: str) -> float:
    """Seconds, 0 or more.

    >>> duration("1.5")
    1.5
    """
    seconds = _number(text)
    if not 0 <= seconds < math.inf:
        raise argparse.ArgumentTypeError(f"expected seconds, 0 or more, found {text!r}")
    return seconds


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan
