"""Groups that no split may divide: clips of one recording, and speakers who are one person."""

import pandas as pd

from pipeline.dataset.duplicates.groups import connect, group_numbers
from pipeline.dataset.duplicates.near import audio_checksum
from pipeline.dataset.duplicates.pair_table import PairTable
from pipeline.dataset.duplicates.persons import find_same_persons


def belonging_together(
    table: PairTable, rows: pd.DataFrame
) -> tuple[dict[str, int], dict[str, int]]:
    """Numbers of recordings, by clip, and of persons, by speaker.

    Persons are given only if the table states that speakers are to be joined.

    Args:
        table: Pairs of clips that hold the same recording.
        rows: Metadata of all rows, before any is removed.
    """
    recordings = connect((pair.one.id, pair.other.id) for pair in table.pairs)
    persons = find_same_persons(table.pairs, rows) if table.join_speakers else []
    return group_numbers(recordings), group_numbers(connect(one.speakers for one in persons))


def near_recordings(table: PairTable, corpus: str, rows: pd.DataFrame) -> dict[str, int] | None:
    """Checksum of a sound → number of the recording that it and other sounds hold.

    Args:
        table: Pairs of the dataset.
        corpus: Id of the corpus.
        rows: All its rows, with ``audio_xxh3``.

    Returns:
        None where near-duplicates were not looked for in the corpus as it is.
    """
    if table.searched.get(corpus) != audio_checksum(rows):
        return None
    near = (pair for pair in table.pairs if pair.kind == "near")
    return group_numbers(connect((pair.one.audio_xxh3, pair.other.audio_xxh3) for pair in near))
