import numpy as np

from training.evaluation.shortcuts.prediction import ALL, predictability

DICE = np.random.default_rng(0)
LABELS = ["anger", "joy"] * 40
SPEAKERS = [f"s{number // 8}" for number in range(80)]


def feature(values: object) -> np.ndarray:
    return np.asarray(values, dtype=float)[:, np.newaxis]


def test_what_gives_the_class_away_stands_out_and_noise_does_not() -> None:
    features = {
        "duration": feature([label == "joy" for label in LABELS] + DICE.normal(0, 0.2, 80)),
        "level": feature(DICE.normal(size=80)),
        "rate": feature(np.full(80, 16_000)),
    }
    found = predictability("emotion", features, LABELS, SPEAKERS)
    assert found
    assert found.chance == 0.5
    assert found.accuracy["duration"] > 0.9
    assert found.accuracy[ALL] > 0.9
    assert abs(found.accuracy["level"] - 0.5) < 0.2
    assert "rate" not in found.accuracy  # it is the same everywhere
    assert predictability("emotion", features, LABELS, SPEAKERS) == found


def test_class_is_predicted_for_unseen_speakers() -> None:
    """A feature that names the speaker tells nothing of the class where speakers are apart."""
    targets = [("anger", "joy")[number // 8 % 2] for number in range(80)]
    feature_of_speaker = {"level": feature([number // 8 for number in range(80)])}
    seen = predictability("emotion", feature_of_speaker, targets)
    unseen = predictability("emotion", feature_of_speaker, targets, SPEAKERS)
    assert seen
    assert unseen
    assert seen.accuracy["level"] > 0.8 > unseen.accuracy["level"] + 0.2


def test_rare_values_and_unknown_ones_are_left_out() -> None:
    targets = ["anger"] * 20 + ["joy"] * 20 + ["fear"] * 5 + [None] * 5
    found = predictability("emotion", {"duration": feature(range(50))}, targets)
    assert found
    assert (found.classes, found.clips) == (2, 40)


def test_one_class_or_one_speaker_is_nothing_to_predict() -> None:
    features = {"duration": feature(range(80))}
    assert predictability("emotion", features, ["anger"] * 80) is None
    assert predictability("emotion", features, LABELS, ["s1"] * 80) is None
