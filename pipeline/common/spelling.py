"""Spelling: the same word is the same text, however its letters are stored."""

import unicodedata
from collections.abc import Iterable


def compose(text: str) -> str:
    r"""Text in Unicode's composed form (NFC): accented letters are one sign, not two.

    File names from a Mac are decomposed, what people type is composed; both look alike.

    >>> compose("Zoe\u0308") == "Zo\u00eb"
    True
    """
    if text.isascii() or unicodedata.is_normalized("NFC", text):
        return text
    return unicodedata.normalize("NFC", text)


def fold(text: str) -> str:
    r"""Common form of two spellings of one name: no case, accents as written, single blanks.

    Signs of other widths and signs that are not seen don't count either.

    >>> fold("Anna  Z\u00fc") == fold("ANNA\u00a0Z\u00fc\u200b")
    True
    """
    seen = (sign for sign in text if unicodedata.category(sign) != "Cf")
    return " ".join(unicodedata.normalize("NFKC", "".join(seen)).casefold().split())


def find_spellings(names: Iterable[str]) -> list[list[str]]:
    """Names that may be one, spelt in several ways, in groups.

    >>> find_spellings(["Anna", "anna", "Bo"])
    [['Anna', 'anna']]
    """
    by_name: dict[str, list[str]] = {}
    for name in sorted(names):
        by_name.setdefault(fold(name), []).append(name)
    return [alike for alike in by_name.values() if len(alike) > 1]


def name_strangers(text: str) -> str:
    r"""Letters that look like those beside them and are of another script, as a message ends.

    >>> name_strangers("h\u0430ppy")
    ' (its letter 2 is CYRILLIC SMALL LETTER A)'
    >>> name_strangers("happy"), name_strangers("\u0433\u043d\u0435\u0432")
    ('', '')
    """
    if text.isascii() or not any(sign.isascii() and sign.isalpha() for sign in text):
        return ""
    names = {number: unicodedata.name(sign, "") for number, sign in enumerate(text, 1)}
    strangers = [
        f"its letter {number} is {name}"
        for number, name in names.items()
        if name.startswith(("CYRILLIC", "GREEK", "ARMENIAN", "FULLWIDTH", "MATHEMATICAL"))
    ]
    return f" ({', '.join(strangers[:3])})" if strangers else ""
