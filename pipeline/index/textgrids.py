"""Praat TextGrids: their tiers as rows.

The long and the short text format are read alike, by the rule of the Praat manual ("TextGrid file
formats"): only free-standing numbers, texts in double quotes and flags in ``<>`` count. So a label
may hold anything, the words of the format itself among it.
"""

import re
from collections.abc import Iterator

from pipeline.common.errors import DataError
from pipeline.common.numbers import read_number
from pipeline.schema.fields import Row

_TOKEN = re.compile(
    r'"(?P<text>[^"]*(?:""[^"]*)*)"(?=\s|$)|<(?P<flag>\w+)>(?=\s|$)|(?P<word>[^\s"]\S*)|(?P<open>")'
)
_BEGINNING = re.compile(r'\s*(?:File type = )?"ooTextFile')


def parse_textgrid(text: str, where: str) -> list[Row]:
    """Labelled intervals and points: columns ``tier``, ``start``, ``end`` and ``text``.

    Times are in s, as written; a point has no end. Intervals without a label are gaps and no rows.

    Args:
        text: Text of the file.
        where: Name of the file in errors.

    Raises:
        DataError: It is no TextGrid in a text format, or ends too early.
    """
    if not _BEGINNING.match(text):
        found = text.lstrip()[:40]
        raise DataError(
            f"{where}: not a Praat TextGrid: expected 'File type = \"ooTextFile\"', found "
            f"{found!r}; in Praat, save it as a text file"
        )
    tokens = _Tokens(text, where)
    tokens.text()
    if (kind := tokens.text()) != "TextGrid":
        raise DataError(f"{where}: not a Praat TextGrid but {kind!r}")
    tokens.number()
    tokens.number()
    rows = []
    for _ in range(tokens.count() if tokens.flag() == "exists" else 0):
        kind, tier = tokens.text(), tokens.text()
        if kind not in {"IntervalTier", "TextTier"}:
            raise tokens.wrong("IntervalTier or TextTier", repr(kind))
        tokens.number()
        tokens.number()
        for _ in range(tokens.count()):
            start = tokens.number()
            end = tokens.number() if kind == "IntervalTier" else ""
            if label := tokens.text().strip():
                rows.append({"tier": tier, "start": start, "end": end, "text": label})
    return rows


class _Tokens:
    """Tokens of a TextGrid, in order."""

    def __init__(self, text: str, where: str) -> None:
        self._text, self._where, self._at = text, where, 0
        self._found = self._read(text)

    def text(self) -> str:
        kind, value = self._next("a text in quotes")
        if kind != "text":
            raise self.wrong("a text in quotes", value)
        return value.replace('""', '"')

    def number(self) -> str:
        kind, value = self._next("a number")
        if kind != "number":
            raise self.wrong("a number", repr(value))
        return value

    def count(self) -> int:
        value = self.number()
        if not value.isdecimal() or len(value) > 9:
            raise self.wrong("a count", value)
        return int(value)

    def flag(self) -> str:
        kind, value = self._next("<exists>")
        if kind != "flag":
            raise self.wrong("<exists>", repr(value))
        return value

    def wrong(self, expected: str, found: str) -> DataError:
        line = self._text.count("\n", 0, self._at) + 1
        return DataError(f"{self._where}:{line}: expected {expected}, found {found:.60}")

    def _next(self, expected: str) -> tuple[str, str]:
        found = next(self._found, None)
        if found is None:
            raise self.wrong(expected, "the end of the file: is the file cut off?")
        return found

    def _read(self, text: str) -> Iterator[tuple[str, str]]:
        for found in _TOKEN.finditer(text):
            self._at = found.start()
            kind = found.lastgroup or ""
            if kind == "open":
                raise self.wrong("a text with its closing quote", text[self._at :][:40])
            if kind != "word":
                yield kind, found[kind]
            elif read_number(found["word"]) is not None:
                yield "number", found["word"]
