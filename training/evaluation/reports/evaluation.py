"""The page of an evaluation: scores, groups, confusions with their clips, calibration, speakers."""

from training.evaluation.reports.answers import AnswerClips
from training.evaluation.reports.render import render
from training.evaluation.reports.speakers import speaker_rows
from training.evaluation.score_file import Evaluation, sentence
from training.metrics.head_scores import describe_heads


def evaluation_page(evaluation: Evaluation, name: str, answers: AnswerClips | None = None) -> str:
    """HTML of an evaluation.

    Args:
        evaluation: What was found.
        name: What the page is called, such as the stem of the score file.
        answers: To look at and to hear, from
            :func:`training.evaluation.reports.answers.find_answers`; without, the page has none,
            and no script.
    """
    rows = list(evaluation.corpora.items())
    if len(rows) > 1:
        rows.append(("all", evaluation.overall))
    return render(
        "evaluation.html.jinja",
        evaluation=evaluation,
        name=name,
        rows=rows,
        speakers=speaker_rows(evaluation.predictions, len(evaluation.classes)),
        answers=answers,
        sentence=sentence,
        describe_heads=describe_heads,
    )
