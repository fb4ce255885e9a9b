"""The page of a matrix: heat maps, and intervals where one corpus is left out."""

import numpy as np

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
        means={
            system: mean_uar(matrix, system) if left_out else diagonal_means(matrix, system)
            for system in matrix.systems
        },
        speakers=speaker_lines(matrix),
        audio=audio_lines(matrix),
        sentence=sentence,
    )


def mean_uar(matrix: CrossCorpusMatrix, system: str) -> float:
    """Mean UAR of a system over its rows, each corpus counting the same."""
    return float(np.mean([evaluation.overall.uar for evaluation in matrix.systems[system]]))


def diagonal_means(matrix: CrossCorpusMatrix, system: str) -> tuple[float, float]:
    """Mean UAR on the diagonal (within a corpus) and off it (across)."""
    cells = [
        (corpus in row.train, scores.uar)
        for row, evaluation in zip(matrix.rows, matrix.systems[system], strict=True)
        for corpus, scores in evaluation.corpora.items()
    ]
    within, across = ([uar for inside, uar in cells if inside is side] for side in (True, False))
    return float(np.mean(within)), float(np.mean(across))


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
