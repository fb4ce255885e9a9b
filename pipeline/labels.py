"""Labels: what a corpus's own codes mean in the schemes all corpora share."""

from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.common.numbers import read_count, read_number
from pipeline.common.spelling import name_strangers
from pipeline.raters.ratings import combine
from pipeline.raters.votes import count_answers, elect, group_votes
from pipeline.schema.record import CLASSES, Dimension
from pipeline.schema.utterance import DropReason, Utterance, excluded, rejected
from pipeline.specs.corpus_spec import CorpusSpec
from pipeline.specs.emotion_scheme import EmotionScheme

_MOST = 1e9
"""Votes that a clip can have: more than there are people to ask."""


@dataclass(frozen=True)
class LabelMapping:
    """One line of the label map: a native code of a corpus, and what becomes of it.

    Attributes:
        meaning: Meaning of the code in the corpus's own words.
        emotion: Shared category; None where the code is excluded.
        class_name: Six-class name; None where the code is excluded, or its classes are not known.
        arousal_class: Low or high; None where that is not known.
        valence_class: Negative, neutral or positive; None where that is not known.
        sources: Sources of the mapping from category to class; ``spec`` where it is the spec's own.
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
        arousal_class, valence_class = scheme.classes_of(emotion, spec)
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

    Native code, the corpus's own or what its raters voted for → category → six classes, arousal
    class and valence class; native ratings → [0, 1]; native votes → votes by category.

    Args:
        utterance: Utterance with ``label_native`` and ``annotations`` as the corpus has them.
        spec: The corpus.
        scheme: The shared categories.

    Returns:
        The labelled utterance; excluded where the spec says so, rejected where it has no label or
        one that the spec does not know.
    """
    code, dropped = native_label(utterance, spec)
    emotion = spec.emotions.get(code) if code else None
    ratings = {name: scale_rating(utterance, spec, name) for name in spec.scales}
    dropped = utterance.dropped or dropped or _unrated(spec, ratings)
    arousal_class, valence_class = scheme.classes_of(emotion, spec) if emotion else (None, None)
    return utterance._replace(
        label_native=code,
        emotion=emotion,
        label=class_index(arousal_class, valence_class),
        arousal_class=arousal_class,
        valence_class=valence_class,
        arousal=ratings.get("arousal"),
        valence=ratings.get("valence"),
        dominance=ratings.get("dominance"),
        votes=count_votes(utterance, spec),
        dropped=dropped,
    )


def _unrated(spec: CorpusSpec, ratings: Mapping[Dimension, float | None]) -> DropReason | None:
    """Why a clip of a corpus that has ratings alone can't be used; None where it can."""
    if spec.emotions or any(rating is not None for rating in ratings.values()):
        return None
    return rejected("labels", "no_label", f"nothing rates its {' or '.join(spec.scales)}")


def native_label(utterance: Utterance, spec: CorpusSpec) -> tuple[str | None, DropReason | None]:
    """The code that an utterance is labelled by, and why that is of no use; None where it is.

    Raters vote where the spec has a rule for them and they answered. Of the codes that what they
    elect stands for, that with the most votes is the label.
    """
    rule = spec.raters.emotion if spec.raters else None
    native = native_votes(utterance, spec) if rule else {}
    if rule is None or not native:
        code = utterance.label_native
        if rule and code is None and "least_raters" in rule.model_fields_set:
            few = f"0 of {rule.least_raters} raters"
            return None, excluded("labels", "too_few_raters", few)
        stated = [(name, cell) for name in spec.votes if (cell := utterance.annotations.get(name))]
        if rule and code is None and stated:
            cells = ", ".join(f"{name} is {cell!r}" for name, cell in stated)
            return None, rejected("labels", "no_label", f"its votes are no numbers: {cells}")
        return code, _fault(code, spec)
    outcomes = spec.outcomes
    if unknown := [code for code, votes in native.items() if code not in outcomes and votes]:
        return None, _fault(unknown[0], spec)
    alone = rule.votes_for == "code"
    elected = elect(native if alone else group_votes(native, outcomes), rule)
    if isinstance(elected, DropReason):
        return None, elected
    outcome = outcomes[elected] if alone else elected
    codes = [elected] if alone else [code for code in native if outcomes[code] == outcome]
    codes = [code for code in codes if code in spec.codes]
    codes = codes or [code for code, other in spec.codes.items() if other == outcome]
    code = max(sorted(codes), key=lambda code: native.get(code, 0.0))
    return code, _fault(code, spec)


def _fault(code: str | None, spec: CorpusSpec) -> DropReason | None:
    if code in spec.emotions:
        return None
    if code is None:
        nothing = rejected("labels", "no_label", "nothing gives the clip a label")
        return nothing if spec.emotions else None
    if code in spec.exclude:
        return excluded("labels", spec.exclude[code], f"label {code!r}")
    known = ", ".join([*spec.emotions, *spec.exclude])
    detail = f"label {code!r} is not among {known}{name_strangers(code)}"
    return rejected("labels", "unknown_label", detail)


def six_class_name(emotion: str, spec: CorpusSpec, scheme: EmotionScheme) -> str | None:
    """Six-class name of a category; None where only arousal or only valence is known."""
    index = class_index(*scheme.classes_of(emotion, spec))
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
        utterance: Utterance with the rating in ``annotations``, as the corpus has it.
        spec: The corpus; documents the lowest and highest rating of its scale.
        dimension: Dimension that is rated.

    Returns:
        ``(rating − lowest) / (highest − lowest)``, for scales that run backwards, too; None where
        there is no rating or no scale.
    """
    if dimension not in spec.scales:
        return None
    lowest, highest = spec.scales[dimension]
    native = native_rating(utterance, spec, dimension)
    if native is None:
        return None
    return min(max((native - lowest) / (highest - lowest), 0.0), 1.0) + 0.0  # no -0.0


def native_rating(utterance: Utterance, spec: CorpusSpec, dimension: Dimension) -> float | None:
    """A rating on the corpus's own scale: what raters say together, or what the corpus states."""
    how = spec.raters.ratings if spec.raters else None
    if how == "ewe":  # depends on the whole corpus: the index has put it among the annotations
        return read_number(utterance.annotations.get(dimension))
    given = [r for answer in utterance.raters if (r := getattr(answer, dimension)) is not None]
    if how and given:
        return combine(given, how)
    return read_number(utterance.annotations.get(dimension))


def is_clipped(utterance: Utterance, spec: CorpusSpec) -> bool:
    """Whether a native rating lies outside the scale that the spec documents."""
    for dimension, ends in spec.scales.items():
        native = native_rating(utterance, spec, dimension)
        if native is not None and not min(ends) <= native <= max(ends):
            return True
    return False


def count_votes(utterance: Utterance, spec: CorpusSpec) -> dict[str, float] | None:
    """Annotator votes by category; None where the corpus has none for the utterance."""
    if not spec.votes and not utterance.raters:
        return None
    votes = group_votes(native_votes(utterance, spec), spec.outcomes)
    reasons = spec.exclude.values()
    return {what: count for what, count in votes.items() if what not in reasons} or None


def native_votes(utterance: Utterance, spec: CorpusSpec) -> dict[str, float]:
    """Votes by the corpus's own codes: of its raters' answers, or as its tables count them.

    What can be no count, such as the −1 of some tables for what is not known, is none.
    """
    if not spec.votes:
        return count_answers(utterance.raters)
    counts = {name: read_count(utterance.annotations.get(name)) for name in spec.votes}
    return {n: count for n, count in counts.items() if count is not None and 0 <= count <= _MOST}
