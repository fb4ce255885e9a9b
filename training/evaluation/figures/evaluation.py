"""The figures of evaluations and comparisons."""

from collections.abc import Mapping, Sequence

from matplotlib.figure import Figure

from training.evaluation.compare import Comparison
from training.evaluation.figures.confusion import confusion_figure
from training.evaluation.figures.forest import Estimate, ForestRow, forest_plot
from training.evaluation.figures.reliability import reliability_figure
from training.evaluation.score_file import Evaluation
from training.metrics.groups import GroupScores
from training.metrics.not_trained_on import NOT_TRAINED_ON_NOTE, marked


def evaluation_figures(evaluation: Evaluation) -> dict[str, Figure]:
    """By name: confusion, forest plots of corpora and of groups, and reliability.

    Those of groups and of reliability are there where groups and probabilities are.
    """
    figures = {
        "confusion": confusion_figure(evaluation.overall.confusion, evaluation.classes),
        "forest": corpora_forest(evaluation),
    }
    if evaluation.groups:
        figures["groups"] = groups_forest(evaluation.groups)
    if evaluation.calibration is not None:
        figures["reliability"] = reliability_figure(evaluation.calibration)
    return figures


def corpora_forest(evaluation: Evaluation) -> Figure:
    """UARs of corpora, and of all."""
    not_trained_on = evaluation.not_trained_on
    rows = [
        ForestRow(marked(corpus, not_trained_on), Estimate.of(scores))
        for corpus, scores in evaluation.corpora.items()
    ]
    if len(rows) > 1:
        rows.append(ForestRow("all", Estimate.of(evaluation.overall), total=True))
    return forest_plot({"": rows}, notes=[NOT_TRAINED_ON_NOTE] if not_trained_on else [])


def groups_forest(groups: Mapping[str, Mapping[str, GroupScores]]) -> Figure:
    """UARs of groups of speakers, and how far each is from all others."""
    shown = {
        kind: [
            ForestRow(
                name,
                Estimate.of(group.scores),
                Estimate.of_difference(group.difference) if group.difference else None,
            )
            for name, group in of_kind.items()
        ]
        for kind, of_kind in groups.items()
    }
    return forest_plot(shown, versus="minus the rest")


def comparison_forest(
    evaluations: Mapping[str, Evaluation], comparisons: Sequence[Comparison]
) -> Figure:
    """UARs of every score file, corpus by corpus, and the differences of the first to them.

    Args:
        evaluations: By name, all of the same utterances.
        comparisons: Of the first with each of the others.
    """
    first, *_ = evaluations
    corpora = list(evaluations[first].corpora)
    against = {one.second: one for one in comparisons}

    def row(number: int, name: str, corpus: str | None) -> ForestRow:
        evaluation, comparison = evaluations[name], against.get(name)
        scores = evaluation.corpora[corpus] if corpus else evaluation.overall
        difference = None
        if comparison:
            found = comparison.corpora[corpus] if corpus else comparison.overall
            difference = Estimate.of_difference(found)
        return ForestRow(name, Estimate.of(scores), difference, style=number)

    shown: dict[str, str | None] = {corpus: corpus for corpus in corpora if len(corpora) > 1}
    shown |= {"all corpora" if shown else corpora[0]: None}
    groups = {
        heading: [row(number, name, corpus) for number, name in enumerate(evaluations)]
        for heading, corpus in shown.items()
    }
    return forest_plot(groups, versus=f"{first} minus it")
