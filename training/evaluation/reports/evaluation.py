"""The page of an evaluation: scores and intervals, confusion, calibration."""

from training.evaluation.reports.render import render
from training.evaluation.score_file import Evaluation, sentence
from training.metrics.head_scores import describe_heads


def evaluation_page(evaluation: Evaluation, name: str) -> str:
    """HTML of an evaluation.

    Args:
        evaluation: What was found.
        name: What the page is called, such as the stem of the score file.
    """
    rows = list(evaluation.corpora.items())
    if len(rows) > 1:
        rows.append(("all", evaluation.overall))
    return render(
        "evaluation.html.jinja",
        evaluation=evaluation,
        name=name,
        rows=rows,
        sentence=sentence,
        describe_heads=describe_heads,
    )
