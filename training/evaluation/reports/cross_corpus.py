"""The page of a matrix: heat maps, and intervals where one corpus is left out."""

from training.evaluation.cross_corpus import CrossCorpusMatrix
from training.evaluation.cross_corpus_modes import LEAVE_ONE_OUT
from training.evaluation.reports.render import render
from training.evaluation.score_file import sentence


def cross_corpus_page(matrix: CrossCorpusMatrix, name: str) -> str:
    """HTML of a matrix.

    Args:
        matrix: What was found.
        name: What the page is called.
    """
    left_out = matrix.mode == LEAVE_ONE_OUT
    return render(
        "matrix.html.jinja",
        matrix=matrix,
        name=name,
        description=matrix.mode.replace("-", " ")
        .replace(" a test", " A, test")
        .replace("on b", "on B"),
        left_out=left_out,
        speakers=speaker_lines(matrix),
        audio=audio_lines(matrix),
        sentence=sentence,
    )


def speaker_lines(matrix: CrossCorpusMatrix) -> list[str]:
    """What is known about speakers on both sides, in sentences."""
    left = [row for row in matrix.rows if row.exclude_speakers]
    lines = [
        f"Row {row.name}: left out of training, because they are scored: "
        f"{', '.join(row.exclude_speakers)}."
        for row in left
    ] or ["No speaker who is scored is in another corpus's training: nobody had to be left out."]
    for system, evaluations in matrix.systems.items():
        for row, evaluation in zip(matrix.rows, evaluations, strict=True):
            if evaluation.speakers.seen:
                lines.append(f"{system}, row {row.name}: {evaluation.speakers}.")
    return lines


def audio_lines(matrix: CrossCorpusMatrix) -> list[str]:
    """What is known about equal audio on both sides, in sentences."""
    return [
        f"Row {row.name}: utterances left out of training, because their audio is scored: "
        f"{row.equal_audio}."
        for row in matrix.rows
        if row.equal_audio
    ] or ["No equal audio was found in what a row scores and another corpus that it trains on."]
