"""Labels: what a corpus's own codes mean in the schemes all corpora share."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import get_args

from pipeline.common.numbers import read_number
from pipeline.schema.record import CLASSES, Dimension
from pipeline.schema.utterance import DropReason, Utterance, excluded, rejected
from pipeline.specs.corpus_spec import CorpusSpec
from pipeline.specs.emotion_scheme import EmotionScheme


@dataclass(frozen=True)
class LabelMapping:
    """One line of the label map: a native code of a corpus, and what becomes of it.

    Attributes:
        meaning: What the code stands for in the corpus's own words.
        emotion: Shared category; None where the code is excluded.
        class_name: Six-class name; None where the code is excluded, or its place is not known.
        arousal_class: Low or high; None where that is not known.
        valence_class: Negative, neutral or positive; None where that is not known.
        sources: Of the mapping from category to class; ``spec`` where it is the spec's own.
        excluded: Why the code is left out; None where it is not.
    """

    corpus: str
    code: str
    meaning: str | None
    emotion: str | None
    class_name: str | None
    arousal_class: str | None
    valence_class: str | None
    sources: tuple[str, ...]
    excluded: str | None


def label_map(spec: CorpusSpec, scheme: EmotionScheme) -> list[LabelMapping]:
    """The whole map of a corpus, many native codes to six classes."""
    lines = []
    for code, emotion in spec.emotions.items():
        own = emotion in spec.classes or emotion in spec.categories
        arousal_class, valence_class = scheme.place(emotion, spec)
        lines.append(
            LabelMapping(
                corpus=spec.id,
                code=code,
                meaning=spec.meanings.get(code),
                emotion=emotion,
                class_name=six_class_name(emotion, spec, scheme),
                arousal_class=arousal_class,
                valence_class=valence_class,
                sources=("spec",) if own else tuple(scheme.emotions[emotion].sources),
                excluded=None,
            )
        )
    for code, reason in spec.exclude.items():
        meaning = spec.meanings.get(code)
        lines.append(LabelMapping(spec.id, code, meaning, None, None, None, None, (), reason))
    return lines


def label_utterance(utterance: Utterance, spec: CorpusSpec, scheme: EmotionScheme) -> Utterance:
    """Gives an utterance its labels in the shared schemes.

    Native code → category → six classes, arousal class and valence class; native ratings → [0, 1];
    native votes → votes by category.

    Args:
        utterance: With ``label_native`` and ``annotations`` as the corpus has them.
        spec: The corpus.
        scheme: The shared categories.

    Returns:
        The labelled utterance; excluded where the spec says so, rejected where it has no label or
        one that the spec does not know.
    """
    code = utterance.label_native
    emotion = spec.emotions.get(code) if code else None
    dropped = utterance.dropped
    ratings: dict[Dimension, float | None] = {
        name: scale_rating(utterance, spec, name) for name in get_args(Dimension)
    }
    if dropped is None and emotion is None:
        if code is None:
            dropped = _unlabelled(spec, ratings)
        elif code in spec.exclude:
            dropped = excluded("labels", spec.exclude[code], f"label {code!r}")
        else:
            dropped = rejected(
                "labels",
                "unknown_label",
                f"label {code!r} is not among {', '.join([*spec.emotions, *spec.exclude])}",
            )
    arousal_class, valence_class = scheme.place(emotion, spec) if emotion else (None, None)
    return utterance._replace(
        emotion=emotion,
        label=class_index(arousal_class, valence_class),
        arousal_class=arousal_class,
        valence_class=valence_class,
        arousal=ratings["arousal"],
        valence=ratings["valence"],
        dominance=ratings["dominance"],
        votes=count_votes(utterance, spec),
        dropped=dropped,
    )


def _unlabelled(spec: CorpusSpec, ratings: Mapping[Dimension, float | None]) -> DropReason | None:
    """Why a clip without a code can't be used; None where its corpus has ratings instead."""
    if spec.emotions:
        return rejected("labels", "no_label", "nothing gives the clip a label")
    if any(rating is not None for rating in ratings.values()):
        return None
    return rejected("labels", "no_label", f"nothing rates its {' or '.join(spec.scales)}")


def six_class_name(emotion: str, spec: CorpusSpec, scheme: EmotionScheme) -> str | None:
    """Six-class name of a category; None where the spec knows only a part of its place."""
    index = class_index(*scheme.place(emotion, spec))
    return None if index is None else CLASSES[index]


def class_index(arousal_class: str | None, valence_class: str | None) -> int | None:
    """Index of a six-class name from 0 to 5; None where a part of it is not known.

    >>> class_index("high", "negative")
    3
    """
    if arousal_class is None or valence_class is None:
        return None
    return CLASSES.index(f"{arousal_class}_{valence_class}")


def scale_rating(utterance: Utterance, spec: CorpusSpec, dimension: Dimension) -> float | None:
    """A native rating mapped linearly to [0, 1] and clipped to it.

    Args:
        utterance: With the rating in ``annotations``, as the corpus has it.
        spec: The corpus; documents the lowest and highest rating of its scale.
        dimension: Which rating.

    Returns:
        ``(rating − lowest) / (highest − lowest)``, for scales that run backwards, too; None where
        there is no rating or no scale.
    """
    if dimension not in spec.scales:
        return None
    lowest, highest = spec.scales[dimension]
    native = read_number(utterance.annotations.get(dimension))
    if native is None:
        return None
    return min(max((native - lowest) / (highest - lowest), 0.0), 1.0) + 0.0  # no -0.0


def is_clipped(utterance: Utterance, spec: CorpusSpec) -> bool:
    """Whether a native rating lies outside the scale that the spec documents."""
    for dimension, ends in spec.scales.items():
        native = read_number(utterance.annotations.get(dimension))
        if native is not None and not min(ends) <= native <= max(ends):
            return True
    return False


def count_votes(utterance: Utterance, spec: CorpusSpec) -> dict[str, float] | None:
    """Annotator votes by category; None where the corpus has none for the utterance."""
    counts: dict[str, float] = {}
    for field, category in spec.votes.items():
        count = read_number(utterance.annotations.get(field))
        if count is not None:
            counts[category] = counts.get(category, 0.0) + count
    return counts or None
