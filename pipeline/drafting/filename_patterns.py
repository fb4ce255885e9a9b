"""Guesses a file-name pattern: which position holds the speaker, the emotion, the text."""

import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property

from pipeline.drafting.draft_text import split_of
from pipeline.drafting.emotion_vocabulary import guess_category

_UPPER = "".join(filter(str.isupper, map(chr, range(0x590))))
_LOWER = "".join(filter(str.islower, map(chr, range(0x590))))
_TOKEN = re.compile(
    rf"[{_UPPER}][{_LOWER}]{{2,}}|[{_UPPER}]+|[{_LOWER}]+|[^\W\d_]+|\d+|[\W_]+"
)  # letters and digits of any alphabet, and what separates them
_KINDS = (r"\d", "[a-z]", "[A-Z]", "[A-Za-z]")
_LETTER = r"[^\W\d_]"

FIELD_HINTS = {
    "session": "session", "sess": "session", "ses": "session", "speaker": "speaker",
    "spk": "speaker", "actor": "speaker", "subject": "speaker", "subj": "speaker",
    "participant": "speaker", "sprecher": "speaker", "spreker": "speaker", "locuteur": "speaker",
    "hablante": "speaker", "parlante": "speaker", "speaker_id": "speaker", "sentence": "text",
    "sent": "text", "text": "text", "take": "take", "repetition": "take", "rep": "take",
}  # fmt: skip
"""Word → the field that the next position of a name, or a column so named, holds."""

_USUAL_CLASSES = 7  # what most corpora have, for codes that are no words
_MOST_CLASSES = 20


@dataclass(frozen=True)
class NamePosition:
    """A position in names of one shape.

    Attributes:
        column: The token of each name at this position.
        field: The field it seems to be; None where it is always the same or plays no part.
    """

    column: tuple[str, ...]
    field: str | None = None

    @cached_property
    def values(self) -> Counter[str]:
        """The tokens, with counts."""
        return Counter(self.column)

    @property
    def regex(self) -> str:
        """A regular expression for the tokens, a named group where they are a field."""
        if len(self.values) == 1:
            return escape(self.column[0])
        if self.field in {"emotion", "part"} and len(self.values) <= _MOST_CLASSES:
            pattern = "|".join(map(escape, sorted(self.values)))
        else:
            fits = (kind for kind in _KINDS if re.fullmatch(f"{kind}+", "".join(self.values)))
            lengths = {len(value) for value in self.values}
            size = f"{{{lengths.pop()}}}" if len(lengths) == 1 else "+"
            pattern = next(fits, _LETTER) + ("" if size == "{1}" else size)
        return f"(?P<{self.field}>{pattern})" if self.field else pattern


def escape(text: str) -> str:
    """A regular expression that matches just this text, with as few escapes as possible."""
    return re.sub(r"([.^$*+?{}\[\]|()\\])", r"\\\1", text)


def common_pattern(names: Collection[str]) -> list[NamePosition]:
    """The positions of the most frequent shape of names: letters, digits or separators in turn.

    Args:
        names: At least one; names of other shapes are left out.
    """
    tokens = [tuple(_TOKEN.findall(name)) for name in names]
    shape, _ = Counter(map(_shape, tokens)).most_common(1)[0]
    fitting = (found for found in tokens if _shape(found) == shape)
    return [NamePosition(column) for column in zip(*fitting, strict=True)]


def is_emotional(values: Collection[str]) -> bool:
    """Whether most values are words for emotions."""
    return 2 * sum(guess_category(value) is not None for value in values) > len(values)


def assign_fields(positions: Sequence[NamePosition], labelled: bool) -> list[NamePosition]:
    """Guesses which position holds the label, the speaker, the text.

    Args:
        positions: Positions of names of one shape.
        labelled: Whether a table gives the labels: then only words for emotions make a position
            the label.

    Returns:
        The same positions, with fields; only those that vary have one, and each field is given
        once.
    """
    first = {position.column: i for i, position in reversed(list(enumerate(positions)))}
    varying = [
        i
        for i, position in enumerate(positions)
        if len(position.values) > 1 and first[position.column] == i
    ]
    hinted = {field: i for i in reversed(varying) if (field := _hinted_field(positions, i))}
    fields = {i: field for field, i in hinted.items()}
    parts = [i for i in varying if all(map(split_of, positions[i].values))]
    fields |= dict.fromkeys(parts[:1], "part")
    emotional = [i for i in varying if is_emotional(positions[i].values)]
    unknown = [i for i in varying if i not in fields and i not in emotional]
    if emotional:
        fields[emotional[0]] = "emotion"
    elif not labelled:
        likely = [i for i in unknown if len(positions[i].values) <= _MOST_CLASSES]
        if likely:
            emotion = min(likely, key=lambda i: abs(len(positions[i].values) - _USUAL_CLASSES))
            fields[emotion] = "emotion"
    left = [field for field in ("speaker", "text", "take") if field not in fields.values()]
    for i, field in zip((i for i in unknown if i not in fields), left, strict=False):
        fields[i] = field
    return [NamePosition(position.column, fields.get(i)) for i, position in enumerate(positions)]


def _shape(tokens: Sequence[str]) -> tuple[str, ...]:
    """Letters, digits or the very separator, by position."""
    return tuple("A" if t.isalpha() else "0" if t.isdigit() else t for t in tokens)


def _hinted_field(positions: Sequence[NamePosition], i: int) -> str | None:
    """The field that the word before a position announces; ``number`` if it numbers the clips."""
    position = positions[i]
    unique = len(position.values) == len(position.column)
    if unique and len(position.column) > _USUAL_CLASSES and position.column[0].isdigit():
        return "number"
    before = [p.column[0] for p in positions[max(i - 2, 0) : i] if len(p.values) == 1]
    words = [word for text in before for word in re.findall(rf"{_LETTER}+", text)]
    return FIELD_HINTS.get(words[-1].lower()) if words else None
