import pandas as pd
import pytest

from pipeline.splits.protocols.label_sets import LabelSet, class_names

ROWS = pd.DataFrame(
    {
        "label": pd.array([3, 5, 0], dtype="Int64"),
        "label_native": ["W", "exc", "L"],
        "emotion": ["anger", "excitement", "boredom"],
    }
)


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        ("six", ["high_negative", "high_positive", "low_negative"]),
        ("native", ["W", "exc", "L"]),
        ("categories", ["anger", "excitement", "boredom"]),
        ("four", ["anger", "happiness", None]),
        ("own", ["Furious", "Happy", None]),
    ],
)
def test_classes_of_a_label_set(labels: LabelSet, expected: list[str | None]) -> None:
    own = {"W": "Furious", "anger": "Angry", "excitement": "Happy"}
    assert class_names(ROWS, labels, own).tolist() == expected
