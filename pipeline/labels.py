"""Labels: what a corpus's own codes mean in the schemes all corpora share."""

from dataclasses import dataclass

from pipeline.common.numbers import read_number
from pipeline.schema.record import AROUSAL_CLASSES, CLASSES, VALENCE_CLASSES, Dimension
from pipeline.schema.utterance import Utterance, excluded, rejected
from pipeline.specs.corpus_spec import CorpusSpec
from pipeline.specs.emotion_scheme import EmotionScheme


@dataclass(frozen=True)
class LabelMapping:
    """One line of the label map: a native code of a corpus, and what becomes of it.

    Attributes:
        meaning: What the code stands for in the corpus's own words.
        emotion: Shared category; None where the code is excluded.
        class_name: Six-class name; None where the code is excluded.
        sources: Of the mapping from category to class; ``spec`` where the spec overrides it.
        excluded: Why the code is left out; None where it is not.
    """

    corpus: str
    code: str
    meaning: str | None
    emotion: str | None
    class_name: str | None
    sources: tuple[str, ...]
    excluded: str | None


def label_map(spec: CorpusSpec, scheme: EmotionScheme) -> list[LabelMapping]:
    """The whole map of a corpus, many native codes to six classes."""
    lines = []
    for code, emotion in spec.emotions.items():
        own = emotion in spec.classes
        lines.append(
            LabelMapping(
                corpus=spec.id,
                code=code,
                meaning=spec.meanings.get(code),
                emotion=emotion,
                class_name=six_class_name(emotion, spec, scheme),
                sources=("spec",) if own else tuple(scheme.emotions[emotion].sources),
                excluded=None,
            )
        )
    for code, reason in spec.exclude.items():
        meaning = spec.meanings.get(code)
        lines.append(LabelMapping(spec.id, code, meaning, None, None, (), reason))
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
    if dropped is None and emotion is None:
        if code is None:
            dropped = rejected("labels", "no_label", "nothing gives the clip a label")
        elif code in spec.exclude:
            dropped = excluded("labels", spec.exclude[code], f"label {code!r}")
        else:
            dropped = rejected(
                "labels",
                "unknown_label",
                f"label {code!r} is not among {', '.join([*spec.emotions, *spec.exclude])}",
            )
    label, arousal_class, valence_class = (
        class_to_indices(six_class_name(emotion, spec, scheme)) if emotion else (None, None, None)
    )
    return utterance._replace(
        emotion=emotion,
        label=label,
        arousal_class=arousal_class,
        valence_class=valence_class,
        arousal=scale_rating(utterance, spec, "arousal"),
        valence=scale_rating(utterance, spec, "valence"),
        dominance=scale_rating(utterance, spec, "dominance"),
        votes=count_votes(utterance, spec),
        dropped=dropped,
    )


def six_class_name(emotion: str, spec: CorpusSpec, scheme: EmotionScheme) -> str:
    """Six-class name of a category: the corpus's own word first, else the shared one."""
    return spec.classes.get(emotion) or scheme.emotions[emotion].class_name


def class_to_indices(class_name: str) -> tuple[int, str, str]:
    """Index of a six-class name from 0 to 5, and the arousal and valence classes it is made of.

    >>> class_to_indices("high_negative")
    (3, 'high', 'negative')
    """
    index = CLASSES.index(class_name)
    arousal, valence = divmod(index, len(VALENCE_CLASSES))
    return index, AROUSAL_CLASSES[arousal], VALENCE_CLASSES[valence]


def scale_rating(utterance: Utterance, spec: CorpusSpec, dimension: Dimension) -> float | None:
    """A native rating mapped linearly to [0, 1] and clipped to it.

    Args:
        utterance: With the rating in ``annotations``, as the corpus has it.
        spec: The corpus; documents the lowest and highest rating of its scale.
        dimension: Which rating.

    Returns:
        ``(rating − lowest) / (highest − lowest)``; None where there is no rating or no scale.
    """
    if dimension not in spec.scales:
        return None
    lowest, highest = spec.scales[dimension]
    native = read_number(utterance.annotations.get(dimension))
    return None if native is None else min(max((native - lowest) / (highest - lowest), 0.0), 1.0)


def is_clipped(utterance: Utterance, spec: CorpusSpec) -> bool:
    """Whether a native rating lies outside the scale that the spec documents."""
    for dimension, (lowest, highest) in spec.scales.items():
        native = read_number(utterance.annotations.get(dimension))
        if native is not None and not lowest <= native <= highest:
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
