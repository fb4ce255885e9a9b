"""The rows of a benchmark: every model on every corpus, and over all corpora."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from statistics import fmean
from typing import Any

from training.evaluation.benchmark.pairs import split_into_pairs
from training.evaluation.benchmark.plan import BenchmarkPlan
from training.evaluation.benchmark.pool import pool_corpora
from training.evaluation.benchmark.raters import rater_scores
from training.evaluation.benchmark.run import PooledResult, Results
from training.evaluation.compare import compare
from training.evaluation.cross_corpus_modes import TRAIN_ON_ONE
from training.evaluation.means import mean_difference, mean_figures
from training.evaluation.score_file import Evaluation
from training.metrics.differences import Difference
from training.metrics.rater_scores import RaterScores
from training.metrics.scores import Figures

MEAN, POOLED = "mean of corpora", "all clips pooled"
MEAN_OF_PAIRS = "mean of pairs"

Corpora = Mapping[str, Mapping[str, PooledResult]]
"""Corpus → model → result."""


@dataclass(frozen=True)
class Leak:
    """The same model under the folds without shared speakers.

    Attributes:
        figures: Its scores there.
        flatters: UAR under the protocol minus UAR there.
        seconds: Of training there, over all folds.
    """

    figures: Figures
    flatters: float
    seconds: float = 0.0


@dataclass(frozen=True)
class BenchmarkRow:
    """One model on one corpus, or over all.

    Attributes:
        corpus: Its id, :data:`MEAN`, :data:`MEAN_OF_PAIRS` or :data:`POOLED`.
        model: Its name.
        folds: How many were run.
        figures: Scores under the protocol.
        ahead: UAR minus that of the first model, paired by speakers; None for the first.
        leak: Under the twin; None where no speaker is shared, or there is no twin.
        seconds: Of training, over all folds.
        parameters: Trained in a fold.
        raters: What one rater scores; None where votes are not known, and over all clips.
    """

    corpus: str
    model: str
    folds: int
    figures: Figures
    ahead: Difference | None
    leak: Leak | None
    seconds: float
    parameters: int
    raters: RaterScores | None = None


def benchmark_rows(plan: BenchmarkPlan, results: Results) -> list[BenchmarkRow]:
    """Rows of every corpus and model, then the means over corpora, then all clips pooled.

    Codes of corpora mean something in their corpus only, and in pairs of corpora each clip is
    scored several times, so that those are not pooled.
    """
    main: Corpora = results[plan.protocol]
    if plan.protocol == TRAIN_ON_ONE:
        main = split_into_pairs(main)
    twin = results.get(plan.twin, {}) if plan.twin else {}
    models = list(next(iter(main.values())))
    raters = {
        corpus: rater_scores(plan.dataset, found[models[0]].evaluation, plan.runs[0].task)
        for corpus, found in main.items()
    }
    rows = [
        replace(_corpus_row(corpus, model, models[0], main, twin), raters=raters[corpus])
        for corpus in main
        for model in models
    ]
    if len(main) > 1:
        mean = _mean_raters(list(raters.values()))
        name = MEAN_OF_PAIRS if plan.protocol == TRAIN_ON_ONE else MEAN
        rows += [
            replace(_mean_row(model, models[0], main, twin), corpus=name, raters=mean)
            for model in models
        ]
    if len(main) > 1 and not plan.native and plan.protocol != TRAIN_ON_ONE:
        rows += [_pooled_row(model, models[0], main, twin) for model in models]
    return rows


def rows_to_dict(rows: Sequence[BenchmarkRow]) -> list[dict[str, Any]]:
    """Rows as plain JSON types."""
    return [asdict(row) for row in rows]


def _corpus_row(corpus: str, model: str, first: str, main: Corpora, twin: Corpora) -> BenchmarkRow:
    result = main[corpus][model].evaluation
    return _row(
        corpus,
        model,
        [main[corpus][model]],
        result.overall,
        None if model == first else _ahead(result, main[corpus][first].evaluation, model, first),
        twin[corpus][model].evaluation.overall if corpus in twin else None,
        [twin[corpus][model]] if corpus in twin else [],
    )


def _mean_row(model: str, first: str, main: Corpora, twin: Corpora) -> BenchmarkRow:
    evaluations = _evaluations(model, main)
    return _row(
        MEAN,
        model,
        [main[corpus][model] for corpus in main],
        mean_figures(evaluations),
        None if model == first else mean_difference(evaluations, _evaluations(first, main)),
        mean_figures(_evaluations(model, {**main, **twin})) if twin else None,
        [found[model] for found in twin.values()],
    )


def _mean_raters(corpora: Sequence[RaterScores | None]) -> RaterScores | None:
    """Scores of one rater, each corpus counting the same; None where one lacks votes."""
    known = [one for one in corpora if one]
    if len(known) < len(corpora):
        return None
    uar, wa = (fmean(getattr(one, name) for one in known) for name in ("uar", "wa"))
    return RaterScores(sum(one.utterances for one in known), uar, wa)


def _pooled_row(model: str, first: str, main: Corpora, twin: Corpora) -> BenchmarkRow:
    pooled = pool_corpora(_evaluations(model, main))
    without = pool_corpora(_evaluations(model, {**main, **twin})) if twin else None
    other = pool_corpora(_evaluations(first, main))
    return _row(
        POOLED,
        model,
        [main[corpus][model] for corpus in main],
        pooled.overall,
        None if model == first else _ahead(pooled, other, model, first),
        without.overall if without else None,
        [found[model] for found in twin.values()],
    )


def _row(
    corpus: str,
    model: str,
    results: Sequence[PooledResult],
    figures: Figures,
    ahead: Difference | None,
    without: Figures | None,
    twins: Sequence[PooledResult],
) -> BenchmarkRow:
    leak = Leak(without, figures.uar - without.uar, _seconds(twins)) if without else None
    return BenchmarkRow(
        corpus=corpus,
        model=model,
        folds=sum(len(result.costs) for result in results),
        figures=figures,
        ahead=ahead,
        leak=leak,
        seconds=_seconds(results),
        parameters=max(result.parameters for result in results),
    )


def _seconds(results: Sequence[PooledResult]) -> float:
    return round(sum(result.seconds for result in results), 2)


def _ahead(one: Evaluation, other: Evaluation, model: str, first: str) -> Difference:
    return compare(one, other, (model, first)).overall


def _evaluations(model: str, corpora: Corpora) -> list[Evaluation]:
    return [models[model].evaluation for models in corpora.values()]
