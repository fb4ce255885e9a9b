"""Labels: what a corpus's own codes mean in the schemes all corpora share."""

from dataclasses import dataclass
from functools import cache
from itertools import chain

from pydantic import BaseModel, ConfigDict, Field, model_validator

from pipeline.common.errors import UsageError
from pipeline.common.numbers import read_number
from pipeline.schema.record import AROUSAL_CLASSES, CLASSES, VALENCE_CLASSES
from pipeline.schema.utterance import Utterance, excluded, rejected
from pipeline.specs.corpus_spec import CorpusSpec
from pipeline.specs.loader import SHIPPED, load_yaml, suggest
from pipeline.specs.spec_types import ClassName, Dimension


class Category(BaseModel):
    """One line of ``emotions.yaml``: a category's place in the six classes, and on whose word."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    class_name: ClassName = Field(alias="class")
    sources: list[str]
    note: str | None = None


class EmotionScheme(BaseModel):
    """The shared categories, as ``corpora_specs/emotions.yaml`` states them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    sources: dict[str, str]
    emotions: dict[str, Category]

    @model_validator(mode="after")
    def _sources_are_known(self) -> "EmotionScheme":
        for emotion, category in self.emotions.items():
            for source in category.sources:
                if source not in self.sources:
                    raise ValueError(f"emotions.{emotion}: unknown source {source!r}")
        return self

    def check(self, spec: CorpusSpec) -> None:
        """Checks that a spec speaks only of known categories.

        Raises:
            UsageError: It does not; the message suggests the nearest category.
        """
        named = {
            "emotions": spec.emotions.values(),
            "classes": spec.classes,
            "votes": spec.votes.values(),
            "expected.emotions": spec.expected.emotions,
            "expected.editions": chain.from_iterable(e.emotions for e in spec.expected.editions),
        }
        for key, categories in named.items():
            for category in categories:
                if category not in self.emotions:
                    raise UsageError(
                        f"corpus {spec.id}: `{key}` names the category {category!r}, which "
                        f"emotions.yaml does not have{suggest(category, self.emotions)}"
                    )


@cache
def emotion_scheme() -> EmotionScheme:
    """The shipped scheme."""
    return load_yaml(SHIPPED / "emotions.yaml", EmotionScheme)


@dataclass(frozen=True)
class LabelMapping:
    """One line of the label map: a native code of a corpus, and what becomes of it.

    Attributes:
        meaning: What the code stands for in the corpus's own words.
        emotion: Shared category; None where the code is excluded.
        class_name: Six-class name; None where the code is excluded.
        sources: On whose word the category has that class; the spec itself where it overrides.
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
        place(six_class_name(emotion, spec, scheme)) if emotion else (None, None, None)
    )
    return utterance._replace(
        emotion=emotion,
        label=label,
        arousal_class=arousal_class,
        valence_class=valence_class,
        arousal=rating(utterance, spec, "arousal"),
        valence=rating(utterance, spec, "valence"),
        dominance=rating(utterance, spec, "dominance"),
        votes=votes(utterance, spec),
        dropped=dropped,
    )


def six_class_name(emotion: str, spec: CorpusSpec, scheme: EmotionScheme) -> str:
    """Six-class name of a category: the corpus's own word first, else the shared one."""
    return spec.classes.get(emotion) or scheme.emotions[emotion].class_name


def place(class_name: str) -> tuple[int, str, str]:
    """Index of a six-class name, and the arousal and valence it is made of.

    >>> place("high_negative")
    (3, 'high', 'negative')
    """
    index = CLASSES.index(class_name)
    arousal, valence = divmod(index, len(VALENCE_CLASSES))
    return index, AROUSAL_CLASSES[arousal], VALENCE_CLASSES[valence]


def rating(utterance: Utterance, spec: CorpusSpec, dimension: Dimension) -> float | None:
    """A native rating on the [0, 1] scale, clipped to it; None where there is none.

    Source: ``(rating − lowest) / (highest − lowest)`` of the scale that the spec documents.
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


def votes(utterance: Utterance, spec: CorpusSpec) -> dict[str, float] | None:
    """Annotator votes by category, as counted; None where the corpus has none for the utterance."""
    counts: dict[str, float] = {}
    for field, category in spec.votes.items():
        count = read_number(utterance.annotations.get(field))
        if count is not None:
            counts[category] = counts.get(category, 0.0) + count
    return counts or None
