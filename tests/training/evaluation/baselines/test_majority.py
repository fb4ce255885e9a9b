import numpy as np
import pandas as pd

from training.evaluation.baselines.majority import majority

COLUMNS = ["id", "corpus", "speaker", "label"]


def test_every_utterance_gets_the_shares_of_the_training_classes() -> None:
    train = pd.DataFrame([[f"a/{n}", "a", None, label] for n, label in enumerate([3, 3, 0])])
    test = pd.DataFrame([[f"b/{n}", "b", None, 5] for n in range(2)])
    train.columns = test.columns = pd.Index(COLUMNS)
    found = majority(train, test)
    assert found.predicted.tolist() == [[3, 3]]
    assert found.probabilities is not None
    np.testing.assert_allclose(found.probabilities[0, 0], [1 / 3, 0, 0, 2 / 3, 0, 0], rtol=1e-6)
