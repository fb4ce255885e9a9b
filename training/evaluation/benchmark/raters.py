"""What one rater would score on the clips of a benchmark, as far as votes are known."""

from training.data.index import load_index
from training.data.row_choice import RowChoice
from training.data.tasks import Task, stated_categories
from training.data.votes import has_votes, vote_shares
from training.evaluation.score_file import Evaluation
from training.metrics.rater_scores import RaterScores, score_raters


def rater_scores(dataset: str, evaluation: Evaluation, task: Task = "six") -> RaterScores | None:
    """Scores of a single rater on the clips that are scored and have votes.

    Args:
        dataset: Folder or URL.
        evaluation: Of any model, the folds pooled: for the clips and their classes.
        task: What was scored, for the classes that votes count for.

    Returns:
        The scores; None where no such clip has votes.
    """
    scored = evaluation.predictions.utterances[["id", "label"]]
    clips = scored.assign(id=scored["id"].str.partition("#fold-")[0]).drop_duplicates("id")
    rows = load_index(
        dataset,
        rows=RowChoice(sorted(evaluation.predictions.corpora)),
        labelled=False,
        extra=("votes",),
    )
    rows = rows.drop(columns="label").merge(clips, on="id")
    voted = has_votes(rows)
    if not voted.any():
        return None
    stated = stated_categories(dataset, task, sorted(set(rows["corpus"])), evaluation.classes)
    shares = vote_shares(rows, len(evaluation.classes), stated)
    return score_raters(rows["label"].to_numpy()[voted], shares[voted])
