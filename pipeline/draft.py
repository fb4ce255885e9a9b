"""Drafting a spec from a folder: a first guess at names and codes, for a person to correct."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from pipeline.errors import DataError
from pipeline.files import SourceFile
from pipeline.labels import EmotionScheme

MEDIA = (".wav", ".flac", ".mp3", ".aif", ".aiff", ".sph", ".ogg", ".m4a", ".avi", ".mp4", ".mov")

_TOKEN = re.compile(r"[A-Z][a-z]{2,}|[A-Z]+|[a-z]+|\d+|[^A-Za-z\d]+")
_SYNONYMS = {
    "afraid": "fear", "angry": "anger", "bored": "boredom", "disgusted": "disgust",
    "disgust": "disgust", "excited": "excitement", "frustrated": "frustration",
    "fearful": "fear", "happy": "happiness", "joy": "happiness", "neutrality": "neutral",
    "normal": "neutral", "sad": "sadness", "surprised": "surprise", "worried": "anxiety",
}  # fmt: skip

_USUAL_CLASSES = 7  # what most corpora have, for codes that are no words


@dataclass(frozen=True)
class Part:
    """A place in the names of a corpus's files.

    Attributes:
        values: What stands there, with counts.
        field: The field it seems to be; None where it is always the same or plays no part.
    """

    values: Counter[str]
    field: str | None = None

    @property
    def regex(self) -> str:
        """A regular expression for what stands there, a named group where it is a field."""
        if len(self.values) == 1:
            return _literal(next(iter(self.values)))
        lengths = {len(value) for value in self.values}
        kinds = {"[A-Z]": str.isupper, "[a-z]": str.islower, r"\d": str.isdigit}
        kind = next((k for k, fits in kinds.items() if all(map(fits, self.values))), r"\w")
        size = f"{{{lengths.pop()}}}" if len(lengths) == 1 else "+"
        pattern = kind + ("" if size == "{1}" else size)
        return f"(?P<{self.field}>{pattern})" if self.field else pattern


def draft_spec(corpus: str, files: Sequence[SourceFile], scheme: EmotionScheme) -> str:
    """Drafts a spec from the files of a corpus.

    Args:
        corpus: Id of the corpus to be.
        files: All files below its root.
        scheme: The shared categories, to recognise label words by.

    Returns:
        A spec as text; what could not be guessed is marked with ``?`` for a person to fill in.

    Raises:
        DataError: There are no audio files.
    """
    media = [file.path for file in files if file.path.lower().endswith(MEDIA)]
    if not media:
        raise DataError(f"no audio or video file among {len(files)} files: {', '.join(MEDIA)}")
    suffix = Counter(PurePosixPath(path).suffix for path in media).most_common(1)[0][0]
    names = [path for path in media if path.endswith(suffix)]
    depth = Counter(path.count("/") for path in names).most_common(1)[0][0]
    alike = [_tokens(path) for path in names if path.count("/") == depth]
    shape, count = Counter(_shape(tokens) for tokens in alike).most_common(1)[0]
    rows = [tokens for tokens in alike if _shape(tokens) == shape]
    parts = _name_fields([Part(Counter(column)) for column in zip(*rows, strict=True)], scheme)
    regex = "".join(part.regex for part in parts).removesuffix(_literal(suffix))
    codes = next((part.values for part in parts if part.field == "emotion"), Counter[str]())
    speakers = next((part.values for part in parts if part.field == "speaker"), Counter[str]())
    return _write(
        corpus=corpus,
        glob="*/" * depth + f"*{suffix}",
        regex=f"^{regex}{_literal(suffix)}$",
        codes={code: _category(code, scheme) for code in sorted(codes)},
        counts=codes,
        clips=len(names),
        fitting=count,
        speakers=len(speakers),
        example="".join(rows[0]),
    )


def _tokens(path: str) -> tuple[str, ...]:
    return tuple(_TOKEN.findall(path))


def _literal(text: str) -> str:
    """A regular expression for just this text, no more escaped than it must be."""
    return re.sub(r"([.^$*+?{}\[\]|()\\])", r"\\\1", text)


def _shape(tokens: Sequence[str]) -> tuple[str, ...]:
    """Letters, digits or the very separator, place by place."""
    return tuple("A" if t.isalpha() else "0" if t.isdigit() else t for t in tokens)


def _name_fields(parts: list[Part], scheme: EmotionScheme) -> list[Part]:
    """Guesses which place holds the label, which the speaker, which the text."""
    varying = [i for i, part in enumerate(parts) if len(part.values) > 1]
    fields: dict[int, str] = {}
    if varying:
        emotion = max(varying, key=lambda i: (_emotional(parts[i].values, scheme), -i))
        if not _emotional(parts[emotion].values, scheme):
            emotion = min(varying, key=lambda i: abs(len(parts[i].values) - _USUAL_CLASSES))
        fields[emotion] = "emotion"
        rest = iter([i for i in varying if i != emotion])
        for field in ("speaker", "text", "take"):
            if (place := next(rest, None)) is not None:
                fields[place] = field
    return [Part(part.values, fields.get(i)) for i, part in enumerate(parts)]


def _emotional(values: Mapping[str, int], scheme: EmotionScheme) -> float:
    """Share of the values that are words for emotions."""
    known = sum(count for value, count in values.items() if _category(value, scheme) != "?")
    return known / sum(values.values())


def _category(code: str, scheme: EmotionScheme) -> str:
    """The category that a code seems to mean, or ``?``."""
    word = code.lower()
    if word in scheme.emotions or word in _SYNONYMS:
        return _SYNONYMS.get(word, word)
    basic = ("anger", "happiness", "sadness", "fear", "disgust", "surprise", "neutral", "boredom")
    near = {category for category in basic if len(word) >= 3 and category.startswith(word)}
    near |= {c for s, c in _SYNONYMS.items() if len(word) >= 3 and s.startswith(word)}
    return near.pop() if len(near) == 1 else "?"


def _write(
    corpus: str,
    glob: str,
    regex: str,
    codes: Mapping[str, str],
    counts: Mapping[str, int],
    clips: int,
    fitting: int,
    speakers: int,
    example: str,
) -> str:
    lines = [
        f"# A draft from {clips} files, {fitting} of which fit the pattern under `path`.",
        "# Correct what is wrong, fill in every ?, then: exhubert corpora validate FILE",
        f"id: {corpus}",
        'name: "?"',
        "languages: [und]                        # BCP-47: en, de, pt-BR, …",
        "kind: unknown                           # acted, elicited, natural or media",
        "licence: {name: unknown}                # redistribute: true or false, if the terms say",
        "access: {how: unknown}                  # open, registration, agreement, purchase, …",
        'citation: "?"',
        "",
        f'audio: "{glob}"',
        f"path: '{regex}'",
        "",
        "emotions:                               # native code: category; codes to leave out go",
        "                                        # under `exclude: {code: reason}`",
    ]
    for code, category in codes.items():
        shown = f'  "{code}": "{category}"' if category == "?" else f'  "{code}": {category}'
        lines.append(f"{shown:<40}# {counts[code]} clips")
    lines += [
        "splits: {by: speaker}",
        "",
        f"expected: {{utterances: {clips}, speakers: {speakers}, source: counted}}",
        "examples:",
        f'  - {{path: "{example}"}}',
    ]
    return "\n".join(lines) + "\n"
