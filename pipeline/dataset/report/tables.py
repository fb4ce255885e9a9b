"""Tables of a report that are counted from single rows: speakers, ratings, texts and ages."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from pipeline.schema.record import CLASSES, DIMENSIONS, SPLITS, Dimension

GRID = 20
"""Cells of the plane of arousal and valence, on either side."""

_SPEAKERS = 60  # of a corpus that are listed


@dataclass(frozen=True)
class SpeakerRow:
    """One speaker: how many clips in each split and class."""

    speaker: str
    gender: str
    age: str
    splits: list[int]
    classes: list[int]
    clips: int


@dataclass(frozen=True)
class SpeakerTable:
    """The speakers of a corpus, those with most clips first.

    Attributes:
        more: Speakers that are not listed.
    """

    rows: list[SpeakerRow]
    more: int


@dataclass(frozen=True)
class RatingPlane:
    """Ratings of a corpus.

    Attributes:
        cells: Column, row and share (0 to 1 of the fullest cell) of cells that are not empty; the
            first row is that of the highest arousal. Empty where one of the two was not rated.
        means: Dimension → clips rated, their mean and standard deviation, on the scale [0, 1].
        histograms: Dimension → clips in each tenth of the scale.
    """

    cells: list[tuple[int, int, float]]
    means: dict[Dimension, tuple[int, float, float]]
    histograms: dict[Dimension, list[int]]


@dataclass(frozen=True)
class TextFacts:
    """Texts, ages and languages of a corpus.

    Attributes:
        with_text: Clips whose text is known.
        sentences: Different texts.
        ages: Lowest, median and highest age; empty where none is known.
        languages: Language → clips.
    """

    with_text: int
    sentences: int
    ages: str
    languages: dict[str, int]


def speaker_tables(rows: pd.DataFrame) -> dict[str, SpeakerTable]:
    """Corpus → its speakers."""
    tables = {}
    for corpus, part in rows.dropna(subset=["speaker"]).groupby("corpus", sort=True):
        speakers = []
        for speaker, own in part.groupby("speaker", sort=True):
            splits, classes = own["split"].value_counts(), own["class_name"].value_counts()
            age = own["age"].median()
            genders = own["gender"].dropna().unique()
            speakers.append(
                SpeakerRow(
                    str(speaker),
                    "/".join(sorted(genders)),
                    "" if np.isnan(age) else f"{age:g}",
                    [int(splits.get(split, 0)) for split in SPLITS],
                    [int(classes.get(name, 0)) for name in CLASSES],
                    len(own),
                )
            )
        speakers.sort(key=lambda row: (-row.clips, row.speaker))
        tables[str(corpus)] = SpeakerTable(speakers[:_SPEAKERS], max(0, len(speakers) - _SPEAKERS))
    return tables


def rating_planes(rows: pd.DataFrame) -> dict[str, RatingPlane]:
    """Corpus → its ratings; none of corpora without any."""
    planes = {}
    for corpus, part in rows.groupby("corpus", sort=True):
        rated = {name: part[name].astype(float).dropna() for name in DIMENSIONS}
        means = {
            name: (len(values), float(values.mean()), float(values.std(ddof=0)))
            for name, values in rated.items()
            if len(values)
        }
        if means:
            histograms = {
                name: np.histogram(rated[name], bins=10, range=(0, 1))[0].tolist() for name in means
            }
            planes[str(corpus)] = RatingPlane(_plane_cells(part), means, histograms)
    return planes


def text_facts(rows: pd.DataFrame) -> dict[str, TextFacts]:
    """Corpus → what is known of its texts, ages and languages."""
    facts = {}
    for corpus, part in rows.groupby("corpus", sort=True):
        ages = part["age"].astype(float).dropna()
        facts[str(corpus)] = TextFacts(
            with_text=int(part["text"].notna().sum()),
            sentences=int(part["text"].nunique()),
            ages=f"{ages.min():g} … {ages.median():g} … {ages.max():g}" if len(ages) else "",
            languages={
                str(language): int(clips)
                for language, clips in part["language"].value_counts().items()
            },
        )
    return facts


def emotion_heat(
    emotions: dict[str, dict[str, int]], most: int
) -> tuple[list[str], dict[str, list[int]]]:
    """Emotions × corpora: the most frequent emotions, and each corpus's clips of them.

    Args:
        emotions: Corpus → emotion → clips.
        most: Emotions that get a column.
    """
    totals: dict[str, int] = {}
    for counts in emotions.values():
        for emotion, clips in counts.items():
            totals[emotion] = totals.get(emotion, 0) + clips
    columns = sorted(totals, key=lambda emotion: (-totals[emotion], emotion))[:most]
    return columns, {
        corpus: [counts.get(emotion, 0) for emotion in columns]
        for corpus, counts in emotions.items()
    }


def _plane_cells(rows: pd.DataFrame) -> list[tuple[int, int, float]]:
    both = rows.dropna(subset=["valence", "arousal"])
    if both.empty:
        return []
    valence, arousal = (both[name].to_numpy(dtype=float) for name in ("valence", "arousal"))
    counts, _, _ = np.histogram2d(valence, 1 - arousal, bins=GRID, range=[[0, 1], [0, 1]])
    top = counts.max()
    return [
        (int(column), int(row), round(float(counts[column, row] / top), 3))
        for column, row in zip(*np.nonzero(counts), strict=True)
    ]
