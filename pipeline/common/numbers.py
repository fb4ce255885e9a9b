"""Numbers and times as corpora write them: with a decimal point or a decimal comma."""

import math
import re

_TRUTHS = {"true": 1.0, "false": 0.0}
_DAYS = re.compile(r"(?P<days>[+-]?\d{1,9}) days?,?[ ]+(?=[+\d])")
_ISO_8601 = re.compile(
    r"P(?=[\dT])(?:(\d{1,9})D)?(?:T(?=\d)(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9}(?:[.,]\d{1,9})?)S)?)?"
)


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


def read_count(value: str | None) -> float | None:
    """A number, or whether there is one: 1 for true and 0 for false; None where it is neither.

    >>> read_count("2"), read_count("TRUE"), read_count("perhaps")
    (2.0, 1.0, None)
    """
    return _TRUTHS.get((value or "").strip().lower(), read_number(value))


def read_seconds(value: str | None) -> float | None:
    """Seconds of a time such as ``12.5``, ``12,5`` or ``0:01:02,500``; None where it is none.

    Times as pandas and audformat write them are read, too: ``0 days 00:00:01.5`` and, by ISO 8601,
    ``P0DT0H1M2.5S``.

    >>> read_seconds("0:01:02,500"), read_seconds("0 days 00:00:01.5"), read_seconds("PT1M2.5S")
    (62.5, 1.5, 62.5)
    """
    text = (value or "").strip()
    if found := _ISO_8601.fullmatch(text):
        days, *parts = (read_number(part or "0") for part in found.groups())
    else:
        found = _DAYS.match(text)
        days = read_number(found["days"]) if found else 0.0
        parts = [read_number(part) for part in text[found.end() if found else 0 :].split(":")]
    seconds = 0.0
    for number in parts:
        if number is None:
            return None
        seconds = seconds * 60 + number
    return seconds + (days or 0.0) * 86_400 if math.isfinite(seconds) else None
