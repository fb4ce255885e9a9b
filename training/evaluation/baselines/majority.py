"""The majority class: the most frequent class of the training data, for every utterance."""

import numpy as np
import pandas as pd

from pipeline.schema.record import CLASSES
from training.evaluation.prediction_table import PredictionTable, Probabilities


def majority(
    train: pd.DataFrame, test: pd.DataFrame, classes: int = len(CLASSES)
) -> PredictionTable:
    """Predicts the class shares of the training rows for every test row.

    Args:
        train: Rows of :func:`training.data.index.load_index`, labelled.
        test: The same.
        classes: How many there are.
    """
    counts = np.bincount(train["label"], minlength=classes)
    shares: Probabilities = (counts / counts.sum()).astype(np.float32)
    return PredictionTable.from_probabilities(["majority"], test, [np.tile(shares, (len(test), 1))])
