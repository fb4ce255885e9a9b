"""What a release of a corpus holds, and parts that names of files are made of."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain, product

Contents = dict[str, bytes]
"""Path below the corpus root → content of the file."""


@dataclass(frozen=True)
class Release:
    """A complete release and what a check must make of it.

    Attributes:
        contents: Every file that could be taken for a clip or a table.
        excluded: Reason → clips that a rule of the spec leaves out.
    """

    contents: Contents
    excluded: Mapping[str, int] = field(default_factory=dict)


def empty(*paths: Iterator[str]) -> Contents:
    return dict.fromkeys(chain(*paths), b"")


def three_letter_words() -> Iterator[str]:
    """Words of three letters: aaa, aab, …"""
    return map("".join, product("abcdefghijklmnopqrstuvwxyz", repeat=3))


def spread(counts: Mapping[str, int]) -> Iterator[str]:
    """Every code as often as it occurs."""
    return chain.from_iterable([code] * number for code, number in counts.items())


def table(header: str, rows: Iterable[Iterable[object]], separator: str = ",") -> bytes:
    """A table of separated values, its header as one text."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=separator, lineterminator="\n")
    writer.writerows([header.split(separator), *rows])
    return text.getvalue().encode()
