"""Patterns of specs: regular expressions that end in time, whatever the pattern and the text.

Python's ``re`` has no limit on the ways that it tries, and some patterns try more than could be
tried in years; ``regex``, which reads the same patterns, can be given a time.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any, Protocol

import regex

from pipeline.common.errors import DataError

LONGEST_PATTERN = 10_000
"""Characters; the longest of the shipped specs has 200."""

_SECONDS = 2.0
"""For one name or cell; ordinary patterns need a millionth of it."""

_TABLE_SECONDS = 5.0
"""For all lines of a table, and a second more for every million characters."""


class Found(Protocol):
    """A match of a pattern."""

    def groupdict(self, default: str | None = None) -> dict[str, Any]:
        """Named groups; the default for those that took no part."""

    def __getitem__(self, group: int | str) -> str: ...


class Pattern:
    """A regular expression with a limit on the time that it may take."""

    def __init__(self, pattern: str, flags: int = 0) -> None:
        self.pattern = pattern
        self._compiled = regex.compile(pattern, flags)

    def search(self, text: str) -> Found | None:
        """Finds the pattern in a text.

        Raises:
            DataError: It takes too long.
        """
        return self._in_time(self._compiled.search, text)

    def fullmatch(self, text: str) -> Found | None:
        """Whether the pattern is the whole text.

        Raises:
            DataError: It takes too long.
        """
        return self._in_time(self._compiled.fullmatch, text)

    def finditer(self, text: str) -> Iterator[Found]:
        """Every position of a long text at which the pattern is found.

        Raises:
            DataError: It takes too long.
        """
        seconds = _TABLE_SECONDS + len(text) / 1_000_000
        try:
            yield from self._compiled.finditer(text, timeout=seconds)
        except TimeoutError:
            raise self._slow(text, round(seconds, 1)) from None

    def _in_time(self, match: Callable[..., Found | None], text: str) -> Found | None:
        try:
            return match(text, timeout=_SECONDS)
        except TimeoutError:
            raise self._slow(text, _SECONDS) from None

    def _slow(self, text: str, seconds: float) -> DataError:
        return DataError(
            f"the pattern {self.pattern[:200]!r} takes more than {seconds:g} s for {text[:80]!r}: "
            "it tries too many ways; avoid a repeat within a repeat, such as (a+)+"
        )


@lru_cache(maxsize=1_000)
def compile_pattern(pattern: str, ignore_case: bool = False, lines: bool = False) -> Pattern:
    r"""The pattern, compiled once.

    Args:
        pattern: Pattern, as a spec states it.
        ignore_case: Whether ``a`` also fits ``A``.
        lines: Whether ``^`` and ``$`` fit at every line.

    >>> compile_pattern(r"(?P<speaker>\d\d)_").search("03_a.wav")["speaker"]
    '03'
    """
    flags = (regex.IGNORECASE if ignore_case else 0) | (regex.MULTILINE if lines else 0)
    return Pattern(pattern, flags)


def row_filter(
    where: Mapping[str, str], ignore_case: bool = False
) -> Callable[[Mapping[str, str | None]], bool]:
    """Whether a row counts: each pattern is found in the cell of its column.

    Args:
        where: Column → pattern; a column that a row lacks is an empty cell.
        ignore_case: Whether patterns are blind to case.
    """
    patterns = {column: compile_pattern(text, ignore_case) for column, text in where.items()}
    return lambda row: all(one.search(row.get(name) or "") for name, one in patterns.items())
