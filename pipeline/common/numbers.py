"""Numbers and times as corpora write them: with a decimal point or a decimal comma."""

import math


def read_number(value: str | None) -> float | None:
    """A finite number such as ``3.5`` or ``3,5``; None where the text is none.

    >>> read_number("3,5")
    3.5
    """
    try:
        number = float((value or "").replace(",", "."))
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def read_seconds(value: str | None) -> float | None:
    """Seconds of a time such as ``12.5``, ``12,5`` or ``0:01:02,500``; None where it is none.

    >>> read_seconds("0:01:02,500")
    62.5
    """
    seconds = 0.0
    for part in (value or "").split(":"):
        number = read_number(part)
        if number is None:
            return None
        seconds = seconds * 60 + number
    return seconds if math.isfinite(seconds) else None
