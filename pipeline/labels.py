"""Labels: what a corpus's own codes mean in the schemes all corpora share."""

from dataclasses import dataclass

from pipeline.common.numbers import read_number
from pipeline.raters.ratings import combine
from pipeline.raters.votes import count_answers, elect, group_votes
from pipeline.schema.record import AROUSAL_CLASSES, CLASSES, VALENCE_CLASSES, Dimension
from pipeline.schema.utterance import DropReason, Utterance, excluded, rejected
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

    Native code, the corpus's own or what its raters voted for → category → six classes, arousal
    class and valence class; native ratings → [0, 1]; native votes → votes by category.

    Args:
        utterance: With ``label_native`` and ``annotations`` as the corpus has them.
        spec: The corpus.
        scheme: The shared categories.

    Returns:
        The labelled utterance; excluded where the spec says so, rejected where it has no label or
        one that the spec does not know.
    """
    code, dropped = native_label(utterance, spec)
    emotion = spec.emotions.get(code) if code else None
    dropped = utterance.dropped or dropped
    label, arousal_class, valence_class = (
        class_to_indices(six_class_name(emotion, spec, scheme)) if emotion else (None, None, None)
    )
    return utterance._replace(
        label_native=code,
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


def native_label(utterance: Utterance, spec: CorpusSpec) -> tuple[str | None, DropReason | None]:
    """The code that an utterance is labelled by, and why that is of no use; None where it is.

    Raters vote where the spec has a rule for them and they answered. Of the codes of one category,
    that with the most votes stands for it.
    """
    rule = spec.raters.emotion if spec.raters else None
    native = native_votes(utterance, spec) if rule else {}
    if rule is None or not native:
        return utterance.label_native, _fault(utterance.label_native, spec)
    outcomes = spec.outcomes
    if unknown := [code for code, votes in native.items() if code not in outcomes and votes]:
        return None, _fault(unknown[0], spec)
    elected = elect(group_votes(native, outcomes), rule)
    if isinstance(elected, DropReason):
        return None, elected
    codes = [code for code in native if outcomes[code] == elected and code in spec.codes]
    codes = codes or [code for code, outcome in spec.codes.items() if outcome == elected]
    code = max(sorted(codes), key=lambda code: native.get(code, 0.0))
    return code, _fault(code, spec)


def _fault(code: str | None, spec: CorpusSpec) -> DropReason | None:
    if code in spec.emotions:
        return None
    if code is None:
        return rejected("labels", "no_label", "nothing gives the clip a label")
    if code in spec.exclude:
        return excluded("labels", spec.exclude[code], f"label {code!r}")
    known = ", ".join([*spec.emotions, *spec.exclude])
    return rejected("labels", "unknown_label", f"label {code!r} is not among {known}")


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
    native = native_rating(utterance, spec, dimension)
    return None if native is None else min(max((native - lowest) / (highest - lowest), 0.0), 1.0)


def native_rating(utterance: Utterance, spec: CorpusSpec, dimension: Dimension) -> float | None:
    """A rating on the corpus's own scale: what raters say together, or what the corpus states."""
    how = spec.raters.ratings if spec.raters else None
    given = [r for answer in utterance.raters if (r := getattr(answer, dimension)) is not None]
    if how and given:
        return combine(given, how)
    return read_number(utterance.annotations.get(dimension))


def is_clipped(utterance: Utterance, spec: CorpusSpec) -> bool:
    """Whether a native rating lies outside the scale that the spec documents."""
    for dimension, (lowest, highest) in spec.scales.items():
        native = native_rating(utterance, spec, dimension)
        if native is not None and not lowest <= native <= highest:
            return True
    return False


def count_votes(utterance: Utterance, spec: CorpusSpec) -> dict[str, float] | None:
    """Annotator votes by category; None where the corpus has none for the utterance."""
    votes = group_votes(native_votes(utterance, spec), spec.outcomes)
    reasons = spec.exclude.values()
    return {what: count for what, count in votes.items() if what not in reasons} or None


def native_votes(utterance: Utterance, spec: CorpusSpec) -> dict[str, float]:
    """Votes by the corpus's own codes: of its raters' answers, or as its tables count them."""
    if not spec.votes:
        return count_answers(utterance.raters)
    counts = {name: read_number(utterance.annotations.get(name)) for name in spec.votes}
    return {name: count for name, count in counts.items() if count is not None}
