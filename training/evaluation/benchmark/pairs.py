"""Train on A, test on B: what a model of one corpus scores on each of the others."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from training.evaluation.benchmark.job import Cost
from training.evaluation.benchmark.run import PooledResult
from training.evaluation.score_file import Evaluation, rescore


def split_into_pairs(
    trained_on: Mapping[str, Mapping[str, PooledResult]],
) -> dict[str, dict[str, PooledResult]]:
    """Results by pair of corpora.

    A model is trained once for all its pairs, each of which gets an equal share of the time.

    Args:
        trained_on: Corpus that was trained on → model → its result on the other corpora.

    Returns:
        ``A → B``, where B was scored → model → result.
    """
    pairs: dict[str, dict[str, PooledResult]] = {}
    for corpus, models in trained_on.items():
        for model, result in models.items():
            parts = _by_corpus(result.evaluation)
            for scored, evaluation in parts.items():
                costs = [Cost(one.seconds / len(parts), one.parameters) for one in result.costs]
                found = replace(result, evaluation=evaluation, costs=costs)
                pairs.setdefault(f"{corpus} → {scored}", {})[model] = found
    return pairs


def _by_corpus(evaluation: Evaluation) -> dict[str, Evaluation]:
    """The evaluation of each corpus by itself."""
    table = evaluation.predictions
    parts = table.utterances.groupby("corpus", sort=True).indices
    return {
        str(corpus): rescore(evaluation, table.take(np.asarray(rows)))
        for corpus, rows in parts.items()
    }
