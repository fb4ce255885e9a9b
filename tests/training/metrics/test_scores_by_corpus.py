import numpy as np
import pandas as pd

from training.metrics.scores_by_corpus import score_rows


def test_each_corpus_is_scored_by_its_own_rows() -> None:
    index = pd.DataFrame(
        {
            "corpus": ["b", "a", "b", "a"],
            "speaker": ["b:1", "a:1", None, "a:2"],
            "label": [0, 0, 1, 1],
        },
        index=[7, 3, 5, 1],
    )
    overall, corpora = score_rows(index, np.array([0, 0, 0, 1]), classes=2)
    assert list(corpora) == ["a", "b"]
    assert (corpora["a"].uar, corpora["b"].uar, overall.uar) == (1.0, 0.5, 0.75)
    assert (corpora["a"].speakers, corpora["b"].speakers, overall.speakers) == (2, 1, 3)


def test_runs_are_averaged() -> None:
    index = pd.DataFrame({"corpus": ["a"] * 2, "speaker": ["a:1", "a:2"], "label": [0, 1]})
    overall, _ = score_rows(index, np.array([[0, 1], [1, 0]]), classes=2)
    assert overall.uar_runs == [1.0, 0.0]
    assert overall.uar == 0.5
