"""Speakers of a page: the least understood first."""

import numpy as np
import pandas as pd

from training.evaluation.prediction_table import PredictionTable
from training.evaluation.reports.speakers import speaker_rows


def test_the_least_understood_speaker_stands_first() -> None:
    rows = pd.DataFrame(
        {
            "id": list("abcdefg"),
            "corpus": "one",
            "speaker": ["s1", "s1", None, "s2", "s2", "s2", "s2"],
            "gender": ["male", "male", None, "female", "female", "female", "female"],
            "label": [0, 1, 1, 0, 0, 0, 1],
        }
    )
    predicted = np.array([[0, 1, 1, 1, 1, 0, 1]])
    found = speaker_rows(PredictionTable(["m"], rows, predicted, None), classes=2)
    assert [row.speaker for row in found.rows] == ["s2", "s1"]
    assert (found.rows[0].accuracy, found.rows[0].utterances) == (0.5, 4)
    assert found.rows[0].uar == (1 / 3 + 1) / 2
    assert found.rows[0].mistake == (0, 1, 2)
    assert found.rows[1].mistake is None
    assert found.rows[0].gender == "female"
    few = speaker_rows(PredictionTable(["m"], rows, predicted, None), classes=2, most=1)
    assert (len(few.rows), few.known) == (1, 2)
