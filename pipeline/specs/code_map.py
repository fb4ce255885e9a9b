"""Native codes and what they mean; a code may be a range of numbers, ``65-72``."""

import re
from collections.abc import Iterable
from functools import cached_property
from itertools import combinations
from typing import Any, NamedTuple

_RANGE = re.compile(
    r"(?P<before>(?:.*?\D)??)(?P<lowest>\d{1,18})-(?P<highest>\d{1,18})(?P<after>\D*)", re.ASCII
)


class CodeRange(NamedTuple):
    """Codes ``before + number + after`` with a number from lowest to highest."""

    code: str
    before: str
    lowest: int
    highest: int
    after: str

    def __contains__(self, code: object) -> bool:
        if not isinstance(code, str) or len(code) <= len(self.before) + len(self.after):
            return False
        number = code[len(self.before) : len(code) - len(self.after)]
        return (
            code.startswith(self.before)
            and code.endswith(self.after)
            and number.isascii()
            and number.isdecimal()
            and len(number) <= 18
            and self.lowest <= int(number) <= self.highest
        )


class CodeMap(dict[str, str]):
    """Code → meaning, looked up by single codes and by the ranges that hold them.

    Iterating gives the codes as stated. A code that is stated itself comes before any range.

    >>> CodeMap({"0-64": "neutral", "x/65-72": "anger"}).get("x/070")
    'anger'
    """

    @cached_property
    def ranges(self) -> list[CodeRange]:
        """Codes that are ranges."""
        return [found for code in self if (found := _read_range(code))]

    def stated(self, code: str) -> str | None:
        """The code as stated: itself, or the range that holds it; None where there is none."""
        if dict.__contains__(self, code):
            return code
        return next((one.code for one in self.ranges if code in one), None)

    def __contains__(self, code: object) -> bool:
        return isinstance(code, str) and self.stated(code) is not None

    def __missing__(self, code: str) -> str:
        stated = self.stated(code)
        if stated is None:
            raise KeyError(code)
        return self[stated]

    def get(self, code: str | None, default: Any = None) -> Any:
        """The meaning of a code, or the default."""
        return self[code] if code is not None and code in self else default


def find_overlap(codes: Iterable[str]) -> tuple[str, str] | None:
    """Two ranges that share a number."""
    found = filter(None, map(_read_range, codes))
    for one, other in combinations(found, 2):
        if (one.before, one.after) == (other.before, other.after) and (
            one.lowest <= other.highest and other.lowest <= one.highest
        ):
            return one.code, other.code
    return None


def _read_range(code: str) -> CodeRange | None:
    found = _RANGE.fullmatch(code)
    if not found or int(found["lowest"]) > int(found["highest"]):
        return None
    lowest, highest = int(found["lowest"]), int(found["highest"])
    return CodeRange(code, found["before"], lowest, highest, found["after"])
