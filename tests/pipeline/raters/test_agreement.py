"""α against the worked examples of Krippendorff (2011), and against its definition."""

from collections.abc import Callable, Sequence
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.raters.agreement import (
    Level,
    Tally,
    agreements,
    merge_tallies,
    tally_answers,
)
from pipeline.schema.utterance import RaterAnswer, Utterance, excluded

MEG_AND_OWEN = ["0100000010", "1110010000"]
BEN_AND_GERRY = ["aabbdcccedda", "babbbcccedd d".replace(" ", "")]
FOUR_OBSERVERS = ["123321412...", "1233224125.3", ".3332342251.", "1233244125 1.".replace(" ", "")]


def units(observers: Sequence[str]) -> list[list[str]]:
    return [[value for value in unit if value != "."] for unit in zip(*observers, strict=True)]


def alpha(level: Level, answers: Sequence[Sequence[object]]) -> float | None:
    tally = Tally(level)
    for unit in answers:
        tally.add(unit)  # type: ignore[arg-type]
    return tally.agreement().alpha


@pytest.mark.parametrize(
    ("observers", "expected"),
    [(MEG_AND_OWEN, 0.095), (BEN_AND_GERRY, 0.692), (FOUR_OBSERVERS, 0.743)],
)
def test_nominal_examples(observers: list[str], expected: float) -> None:
    assert alpha("nominal", units(observers)) == pytest.approx(expected, abs=5e-4)


def test_interval_example() -> None:
    numbers = [[float(value) for value in unit] for unit in units(FOUR_OBSERVERS)]
    assert alpha("interval", numbers) == pytest.approx(0.849, abs=5e-4)


def test_answers_that_cannot_agree_count_for_nothing() -> None:
    tally = Tally("nominal")
    for unit in (["a"], [], ["a", "a"], ["b", "b", "b"]):
        tally.add(unit)
    found = tally.agreement()
    assert (found.alpha, found.utterances, found.answers) == (1.0, 2, 5)


def test_without_variation_alpha_is_unknown() -> None:
    assert alpha("nominal", [["a", "a"], ["a", "a"]]) is None
    assert alpha("interval", [[0.5, 0.5]]) is None
    assert alpha("nominal", []) is None


def by_definition(
    answers: Sequence[Sequence[float]], metric: Callable[[float, float], float]
) -> float | None:
    paired = [unit for unit in answers if len(unit) > 1]
    pooled = [value for unit in paired for value in unit]
    n = len(pooled)
    within = sum(
        sum(metric(a, b) for a, b in permutations(unit, 2)) / (len(unit) - 1) for unit in paired
    )
    expected = sum(metric(a, b) for a, b in permutations(pooled, 2)) / (n - 1) if n else 0
    return 1 - within / expected if expected else None


ANSWERS = st.lists(st.lists(st.sampled_from([1.0, 2.0, 2.5, 4.0, 7.0]), max_size=4), max_size=8)


@given(answers=ANSWERS, cut=st.integers(0, 8), shuffled=st.randoms(use_true_random=False))
def test_alpha_by_its_definition_whole_or_in_parts(
    answers: list[list[float]], cut: int, shuffled: object
) -> None:
    metrics: dict[Level, Callable[[float, float], float]] = {
        "nominal": lambda a, b: float(a != b),
        "interval": lambda a, b: (a - b) ** 2,
    }
    for level, metric in metrics.items():
        whole = alpha(level, answers)
        expected = by_definition(answers, metric)
        assert whole == (None if expected is None else pytest.approx(expected, abs=1e-4))
        parts = Tally(level), Tally(level)
        for number, unit in enumerate(answers):
            mixed = list(unit)
            shuffled.shuffle(mixed)  # type: ignore[attr-defined]
            parts[number < cut].add(mixed)
        merged = merge_tallies([{"x": parts[0]}, {"x": parts[1]}])
        assert merged["x"].agreement().alpha == whole


def clip(name: str, *answers: RaterAnswer) -> Utterance:
    return Utterance(f"c/{name}", "c", f"c/{name}", name, 1, "", raters=answers)


def test_utterances_are_counted_once_with_those_that_raters_disagree_about() -> None:
    sad, happy = RaterAnswer("1", ("sad",), (), 2.0), RaterAnswer("2", ("happy",), (), 4.0)
    odd = RaterAnswer("3", ("whatever",))
    disputed = clip("b", sad, happy, odd)._replace(dropped=excluded("labels", "no_majority"))
    clips = [
        clip("a", sad, sad), clip("a", sad, sad), disputed, disputed,
        clip("c", sad, happy)._replace(dropped=excluded("index", "copy")),
        clip("d", sad), clip("e"),
    ]  # fmt: skip
    found = agreements(tally_answers(clips, {"sad", "happy"}))
    assert (found["emotion"].utterances, found["emotion"].answers) == (2, 4)
    assert found["emotion"].alpha == pytest.approx(0.0)
    assert (found["arousal"].level, found["arousal"].answers) == ("interval", 4)
    assert found.keys() == {"emotion", "arousal"}
