import pandas as pd
import pytest

from pipeline.splits.protocols.label_sets import ProtocolSet, class_column

ROWS = pd.DataFrame(
    {
        "label": pd.array([3, 5, 0], dtype="Int64"),
        "label_native": ["W", "exc", "L"],
        "emotion": ["anger", "excitement", "boredom"],
    }
)


@pytest.mark.parametrize(
    ("label_set", "expected"),
    [
        ("six", ["high_negative", "high_positive", "low_negative"]),
        ("native", ["W", "exc", "L"]),
        ("categories", ["anger", "excitement", "boredom"]),
        ("four", ["anger", "happiness", None]),
        ("own", ["Furious", "Happy", None]),
    ],
)
def test_classes_of_a_label_set(label_set: ProtocolSet, expected: list[str | None]) -> None:
    own = {"W": "Furious", "anger": "Angry", "excitement": "Happy"}
    assert class_column(ROWS, label_set, own).tolist() == expected
