"""Lines of a draft, and values as YAML has them."""

import json
import re
from collections.abc import Mapping, Sequence

from pipeline.common.count import count
from pipeline.drafting.emotion_vocabulary import guess_category
from pipeline.specs.shipped import builtin_ids

_UNKNOWN = '"?"'
_SHOWN = 5
"""Values or names that a comment shows."""


def facts(corpus: str) -> list[str]:
    """Lines that a person must fill in, whatever the folder holds."""
    shipped = [
        f"# A spec with the id {corpus} is shipped: exhubert corpora show {corpus}",
        "# Given with --spec, this one takes its place.",
    ]
    return [
        *(shipped if corpus in builtin_ids() else []),
        "# Correct what is wrong, fill in every ?, then: exhubert corpora validate FILE",
        f"id: {corpus}",
        'name: "?"',
        "languages: [und]                        # BCP-47: en, de, pt-BR, …",
        "kind: unknown                           # acted, elicited, natural or media",
        "licence: {name: unknown}                # redistribute: true or false, if the terms say",
        "access: {how: unknown}                  # open, registration, agreement, purchase, …",
        'citation: "?"',
    ]


def emotions(codes: Mapping[str, int]) -> list[str]:
    """The native codes, with their counts and the categories that they seem to mean."""
    lines = [
        "emotions:                               # native code: category; codes to leave out go",
        "                                        # under `exclude: {code: reason}`",
    ]
    for code in sorted(codes):
        line = f"  {json.dumps(code, ensure_ascii=False)}: {guess_category(code) or _UNKNOWN}"
        lines.append(f"{line:<40}# {count(codes[code], 'clip')}")
    return lines if codes else [*lines, '  "?": "?"                              # none found']


def splits(parts: Sequence[str]) -> list[str]:
    """Lines about the split: official, as folders or files state it, or by speaker."""
    stated = {part: split_of(part) for part in parts}
    if "test" not in stated.values():
        return ["splits: {by: speaker}"]
    named = ", ".join(f"{scalar(part)}: {split}" for part, split in sorted(stated.items()))
    drawn = "" if "validation" in stated.values() else ", validation_by: utterance"
    return [f"splits: {{by: official, of: part, {named}{drawn}}}"]


def split_of(part: str) -> str | None:
    """The split that a folder or file of this name is meant for; None if it names none.

    >>> [split_of(name) for name in ("Train", "dev", "testing", "anna")]
    ['train', 'validation', 'test', None]
    """
    return next((split for split, names in _PARTS.items() if part.lower() in names), None)


_PARTS = {
    "train": ("train", "training", "trn"),
    "validation": ("validation", "valid", "val", "dev", "devel", "development"),
    "test": ("test", "testing", "tst", "eval", "evaluation"),
}


def few(values: Sequence[str]) -> str:
    """The first values of many, and how many there are, on one line."""
    shown = ", ".join(values[:_SHOWN]) + f", … ({len(values)})" * (len(values) > _SHOWN)
    return "".join(sign if sign.isprintable() else "?" for sign in shown)


def scalar(text: str) -> str:
    """Text in YAML, in quotes only where it needs them."""
    plain = re.fullmatch(r"[^\W_][\w./-]*", text) and text.lower() != "null"
    return text if plain else quoted(text)


def quoted(text: str) -> str:
    """Text in YAML quotes: single ones, in which a backslash is itself, if they can hold it."""
    if text.isprintable():
        return "'" + text.replace("'", "''") + "'"
    return '"' + "".join(map(_escape, text)) + '"'


def _escape(sign: str) -> str:
    """A sign between double quotes; JSON's escapes are halves of signs to YAML."""
    return sign if sign.isprintable() and sign not in '"\\' else f"\\U{ord(sign):08x}"
