"""The validation split during a run: what chooses a checkpoint, and the scores of what is kept."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from training.data.targets import UNLABELLED
from training.finetuning.run_plan import Plan
from training.inference.batch import predict_together
from training.metrics.head_scores import HeadScores, score_heads
from training.metrics.scores import Scores, uar_of
from training.metrics.scores_by_corpus import score_rows
from training.model.modeling_exhubert import ExtendedClassifier
from training.model.outputs import Predictions


@dataclass(frozen=True)
class ValidationScores:
    """Scores of the model that is kept.

    Attributes:
        overall: Of the classes; None where no row has one.
        corpora: The same per corpus.
        heads: Of further heads; None where there are none.
    """

    overall: Scores | None = None
    corpora: dict[str, Scores] = field(default_factory=dict)
    heads: HeadScores | None = None

    def to_dict(self) -> dict[str, Any]:
        """The scores as plain JSON types."""
        scores: dict[str, Any] = {
            "overall": self.overall and self.overall.to_dict(),
            "corpora": {corpus: scores.to_dict() for corpus, scores in self.corpora.items()},
        }
        return scores if self.heads is None else scores | {"heads": self.heads.to_dict()}


class Validation:
    """Measures a model on the validation rows of a plan; processes of a run share the rows."""

    def __init__(self, plan: Plan, model: ExtendedClassifier) -> None:
        self.plan = plan
        self.model = model
        self.rows = plan.measured
        self.labelled = np.flatnonzero(self.rows["label"] != UNLABELLED)

    def predict(self) -> Predictions:
        """Predictions of the model as it is, of all rows."""
        recipe = self.plan.recipe
        return predict_together(
            self.model,
            self.rows,
            recipe.data.longest,
            recipe.optimizer.batch_size,
            recipe.data.workers,
            recipe.data.cache,
        )

    def figures(self) -> dict[str, float]:
        """Figures of the state at hand, of all heads; that of the plan's ``chosen_by`` decides."""
        predictions = self.predict()
        heads = score_heads(self.rows, predictions, self.plan.heads)
        figures = heads.figures()
        if self.plan.chosen_by == "uar":
            reference = self.rows["label"].to_numpy()[self.labelled]
            return {"uar": uar_of(reference, self._predicted(predictions)), **figures}
        return figures if heads.ccc is None else {"ccc": heads.ccc, **figures}

    def scores(self) -> ValidationScores | None:
        """Scores of the model as it is; None where there is nothing to measure."""
        if not self.plan.chosen_by:
            return None
        predictions = self.predict()
        overall: Scores | None = None
        corpora: dict[str, Scores] = {}
        if self.plan.chosen_by == "uar":
            rows, classes = self.rows.iloc[self.labelled], len(self.plan.classes)
            overall, corpora = score_rows(rows, self._predicted(predictions), classes)
        heads = self.plan.heads
        further = score_heads(self.rows, predictions, heads) if heads.columns else None
        return ValidationScores(overall, corpora, further)

    def _predicted(self, predictions: Predictions) -> npt.NDArray[np.intp]:
        """The class of each labelled row."""
        predicted: npt.NDArray[np.intp] = predictions.classes[self.labelled].argmax(axis=1)
        return predicted
