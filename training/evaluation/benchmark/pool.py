"""Folds pooled: the predictions of all folds of a corpus, scored together.

Of a mean over folds the interval would be that of folds, which share training data; and folds of
one speaker may lack classes. Pooled predictions are scored as one test set, by its speakers.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from training.evaluation.prediction_table import PredictionTable
from training.evaluation.score_file import Evaluation, rescore
from training.evaluation.train_test_overlap import SpeakerOverlap
from training.metrics.scores_by_corpus import score_rows


def pool_folds(model: str, folds: Sequence[tuple[str, Evaluation]]) -> Evaluation:
    """One evaluation of the predictions of all folds.

    A clip that several folds test counts in each of them.

    Args:
        model: What the models of the folds are called together.
        folds: Name and evaluation of each fold, one model each, with the same classes.
    """
    evaluations = [evaluation for _, evaluation in folds]
    table = _pool_tables(model, [(fold, one.predictions) for fold, one in folds])
    return rescore(
        evaluations[0],
        table,
        speakers=_pool_overlap(evaluations),
        notes=[f"predictions of {len(folds)} folds, each by a model that was trained without them"],
    )


def pool_corpora(corpora: Sequence[Evaluation]) -> Evaluation:
    """Overall scores of all clips of several corpora; classes are the same if their names are.

    Args:
        corpora: One evaluation a corpus, of one model each.
    """
    first = corpora[0]
    classes = list(first.classes)
    classes += sorted({name for one in corpora for name in one.classes} - set(classes))
    tables = [_with_classes(one, classes) for one in corpora]
    table = PredictionTable(
        models=first.models,
        utterances=pd.concat([one.utterances for one in tables], ignore_index=True),
        predicted=np.concatenate([one.predicted for one in tables], axis=1),
        probabilities=None,
    )
    overall, by_corpus = score_rows(table.utterances, table.predicted, len(classes))
    return replace(
        first,
        classes=classes,
        overall=overall,
        corpora=by_corpus,
        calibration=None,
        speakers=_pool_overlap(corpora),
        predictions=table,
        class_scores={},
        groups={},
        not_trained_on=None,
    )


def _with_classes(evaluation: Evaluation, classes: Sequence[str]) -> PredictionTable:
    """Predictions with indices of other classes, found by name."""
    indices = np.array([classes.index(name) for name in evaluation.classes])
    table = evaluation.predictions
    return replace(
        table,
        utterances=table.utterances.assign(label=indices[table.reference]),
        predicted=indices[table.predicted],
    )


def _pool_tables(model: str, folds: Sequence[tuple[str, PredictionTable]]) -> PredictionTable:
    utterances = pd.concat([table.utterances.assign(fold=fold) for fold, table in folds])
    again = utterances["id"].duplicated(keep=False)
    marked = utterances["id"] + "#fold-" + utterances["fold"]
    utterances["id"] = utterances["id"].where(~again, marked)
    probabilities = [table.probabilities for _, table in folds if table.probabilities is not None]
    return PredictionTable(
        models=[model],
        utterances=utterances.drop(columns="fold").reset_index(drop=True),
        predicted=np.concatenate([table.predicted for _, table in folds], axis=1),
        probabilities=np.concatenate(probabilities, axis=1)
        if len(probabilities) == len(folds)
        else None,
    )


def _pool_overlap(evaluations: Sequence[Evaluation]) -> SpeakerOverlap:
    """Speakers that were in the training of the fold that tests them, in any fold.

    Folds count such speakers and don't name them. Of those that earlier folds test, too, none
    counts again, so that, where folds share speakers, at least as many were seen.
    """
    seen, known = 0, set[str]()
    for one in evaluations:
        there = {speaker for speaker in one.predictions.speakers if speaker is not None}
        seen += max(0, one.speakers.seen - len(there & known))
        known |= there
    folds = [one.speakers for one in evaluations]
    return SpeakerOverlap(
        seen=seen,
        unseen=len(known) - seen,
        unknown_utterances=sum(fold.unknown_utterances for fold in folds),
        unknown_in_training=max(fold.unknown_in_training for fold in folds),
        models_without_provenance=sorted(
            {name for fold in folds for name in fold.models_without_provenance}
        ),
    )
