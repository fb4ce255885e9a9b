"""File names taken apart: what stands at each place of names that are alike, and what it may be."""

import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property

from pipeline.drafting.emotion_vocabulary import guess_category

_UPPER = "".join(filter(str.isupper, map(chr, range(0x590))))
_LOWER = "".join(filter(str.islower, map(chr, range(0x590))))
_TOKEN = re.compile(
    rf"[{_UPPER}][{_LOWER}]{{2,}}|[{_UPPER}]+|[{_LOWER}]+|[^\W\d_]+|\d+|[\W_]+"
)  # letters and digits of any alphabet, and what stands between them
_KINDS = (r"\d", "[a-z]", "[A-Z]", "[A-Za-z]")
_LETTER = r"[^\W\d_]"

FIELD_HINTS = {
    "session": "session", "sess": "session", "ses": "session", "speaker": "speaker",
    "spk": "speaker", "actor": "speaker", "subject": "speaker", "subj": "speaker",
    "participant": "speaker", "sprecher": "speaker", "spreker": "speaker", "locuteur": "speaker",
    "hablante": "speaker", "parlante": "speaker", "speaker_id": "speaker", "sentence": "text",
    "sent": "text", "text": "text", "take": "take", "repetition": "take", "rep": "take",
}  # fmt: skip
"""Words that say what the next place of a name, or a column of a table, holds."""

_USUAL_CLASSES = 7  # what most corpora have, for codes that are no words
_MOST_CLASSES = 20


@dataclass(frozen=True)
class Place:
    """A place in names that are alike.

    Attributes:
        column: What stands there in each name.
        field: The field it seems to be; None where it is always the same or plays no part.
    """

    column: tuple[str, ...]
    field: str | None = None

    @cached_property
    def values(self) -> Counter[str]:
        """What stands there, with counts."""
        return Counter(self.column)

    @property
    def regex(self) -> str:
        """A regular expression for what stands there, a named group where it is a field."""
        if len(self.values) == 1:
            return escape(self.column[0])
        if self.field == "emotion" and len(self.values) <= _MOST_CLASSES:
            pattern = "|".join(map(escape, sorted(self.values)))
        else:
            fits = (kind for kind in _KINDS if re.fullmatch(f"{kind}+", "".join(self.values)))
            lengths = {len(value) for value in self.values}
            size = f"{{{lengths.pop()}}}" if len(lengths) == 1 else "+"
            pattern = next(fits, _LETTER) + ("" if size == "{1}" else size)
        return f"(?P<{self.field}>{pattern})" if self.field else pattern


def escape(text: str) -> str:
    """A regular expression for just this text, no more escaped than it must be."""
    return re.sub(r"([.^$*+?{}\[\]|()\\])", r"\\\1", text)


def common_pattern(names: Collection[str]) -> list[Place]:
    """The places of the most frequent shape of names: letters, digits or separators in turn."""
    tokens = [tuple(_TOKEN.findall(name)) for name in names]
    shape, _ = Counter(map(_shape, tokens)).most_common(1)[0]
    return [
        Place(column) for column in zip(*(t for t in tokens if _shape(t) == shape), strict=True)
    ]


def is_emotional(values: Collection[str]) -> bool:
    """Whether most values are words for emotions."""
    return 2 * sum(guess_category(value) is not None for value in values) > len(values)


def assign_fields(places: Sequence[Place], labelled: bool) -> list[Place]:
    """Guesses which place holds the label, the speaker, the text.

    Args:
        places: Of names that are alike.
        labelled: Whether a table gives the labels, so that only words make a place the label.
    """
    first = {place.column: i for i, place in reversed(list(enumerate(places)))}
    varying = [i for i, p in enumerate(places) if len(p.values) > 1 and first[p.column] == i]
    told = {field: i for i in reversed(varying) if (field := _told(places, i))}
    fields = {i: field for field, i in told.items()}
    emotional = [i for i in varying if is_emotional(places[i].values)]
    open_places = [i for i in varying if i not in fields and i not in emotional]
    if emotional:
        fields[emotional[0]] = "emotion"
    elif not labelled:
        likely = [i for i in open_places if len(places[i].values) <= _MOST_CLASSES]
        if likely:
            emotion = min(likely, key=lambda i: abs(len(places[i].values) - _USUAL_CLASSES))
            fields[emotion] = "emotion"
    left = [field for field in ("speaker", "text", "take") if field not in fields.values()]
    for i, field in zip((i for i in open_places if i not in fields), left, strict=False):
        fields[i] = field
    return [Place(place.column, fields.get(i)) for i, place in enumerate(places)]


def _shape(tokens: Sequence[str]) -> tuple[str, ...]:
    """Letters, digits or the very separator, place by place."""
    return tuple("A" if t.isalpha() else "0" if t.isdigit() else t for t in tokens)


def _told(places: Sequence[Place], i: int) -> str | None:
    """What the names themselves say of a place, or that it only numbers the clips."""
    place = places[i]
    if len(place.values) == len(place.column) > _USUAL_CLASSES and place.column[0].isdigit():
        return "number"
    before = [p.column[0] for p in places[max(i - 2, 0) : i] if len(p.values) == 1]
    words = [word for text in before for word in re.findall(rf"{_LETTER}+", text)]
    return FIELD_HINTS.get(words[-1].lower()) if words else None
