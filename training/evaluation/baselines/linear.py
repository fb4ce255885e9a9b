"""Linear classifiers on fixed features, regularisation chosen on validation."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC

from pipeline.common.errors import DataError
from training.evaluation.prediction_table import PredictionTable
from training.metrics.scores import uar_of

Integers = npt.NDArray[np.integer[Any]]
Features = npt.NDArray[np.floating[Any]]

GRID = (1e-4, 1e-3, 1e-2, 1e-1, 1.0)
"""Candidates for C, from strong to weak regularisation."""

UNCHOSEN = 1e-2
"""C where there is no validation data to choose it on."""

MakeClassifier = Callable[[float], Any]


@dataclass(frozen=True)
class Part:
    """Utterances as a classifier sees them.

    Attributes:
        features: ``(utterances, features)``.
        targets: True class of each, ``(utterances,)``.
    """

    features: Features
    targets: Integers


@dataclass(frozen=True)
class Fit:
    """A classifier that was chosen.

    Attributes:
        classifier: Fitted on the training part.
        c: The C that was chosen.
        uar: Its UAR on validation; ``None`` without validation data.
    """

    classifier: Any
    c: float
    uar: float | None

    @property
    def parameters(self) -> int:
        """Weights and offsets of the classifier."""
        linear = self.classifier[-1]
        return int(linear.coef_.size + linear.intercept_.size)

    def __str__(self) -> str:
        if self.uar is None:
            return f"C = {self.c:g}, not chosen: there is no validation data"
        return f"C = {self.c:g} of {', '.join(f'{c:g}' for c in GRID)}, by validation UAR"


@dataclass(frozen=True)
class BaselinePredictions:
    """What a baseline predicts, and how it was fitted.

    Attributes:
        table: Its predictions.
        parameters: How many were fitted.
        notes: What was chosen, in words.
    """

    table: PredictionTable
    parameters: int
    notes: list[str]


def make_svm(c: float) -> Any:
    """Linear support vector machine on standardised features, classes weighing the same."""
    return make_pipeline(
        StandardScaler(),
        LinearSVC(C=c, class_weight="balanced", max_iter=20_000, random_state=0),
    )


def make_logistic(c: float) -> Any:
    """Multinomial logistic regression on standardised features, classes weighing the same."""
    return make_pipeline(
        StandardScaler(), LogisticRegression(C=c, class_weight="balanced", max_iter=2_000)
    )


def choose(make: MakeClassifier, train: Part, validation: Part) -> Fit:
    """Fits one classifier for each C of :data:`GRID` and keeps that of the best UAR on validation.

    Of equal ones the most regularised is kept. Without validation data C is :data:`UNCHOSEN`.

    Args:
        make: Makes an unfitted classifier with a given C.
        train: To fit on.
        validation: To choose C on; may be empty.

    Raises:
        DataError: The training part has fewer than two classes.
    """
    if len(set(train.targets.tolist())) < 2:
        raise DataError("the training data has fewer than two classes: nothing to tell apart")
    if not len(validation.targets):
        return Fit(make(UNCHOSEN).fit(train.features, train.targets), UNCHOSEN, None)
    best: Fit | None = None
    for c in GRID:
        classifier = make(c).fit(train.features, train.targets)
        uar = uar_of(validation.targets, classifier.predict(validation.features))
        if best is None or best.uar is None or uar > best.uar:
            best = Fit(classifier, c, uar)
    assert best is not None  # the grid is not empty
    return best
