"""The index of a dataset: the metadata of its utterances and where their audio lies, no audio."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.common.errors import UsageError
from pipeline.schema.columns import indexed_columns
from pipeline.schema.record import COLUMNS, RECORD, SPLITS
from pipeline.shards.metadata_reader import read_shard_metadata
from pipeline.shards.row_filter import frame_where
from pipeline.specs.collections import choose_corpora
from training.data import dataset_files as store
from training.data.recordings import near_recordings, recordings_of
from training.data.row_choice import EVERY_ROW, RowChoice
from training.data.targets import UNLABELLED

METADATA = indexed_columns(COLUMNS, "training")
"""Columns of the record that the index holds."""

_EVERY = tuple(name for name in RECORD.names if name != "audio")

_PLACE = ("row_group", "row", "group_bytes", "shard")


def load_index(
    dataset: str | Path,
    split: str | None = None,
    rows: RowChoice = EVERY_ROW,
    labelled: bool = True,
    also: Sequence[str] = (),
    extra: Sequence[str] = (),
) -> pd.DataFrame:
    """Reads the metadata of a dataset folder: one row an utterance, no audio.

    Args:
        dataset: Folder or URL with ``data/<corpus>/<split>-NNNNN-of-NNNNN.parquet``.
        split: ``train``, ``validation`` or ``test``; ``None`` for all.
        rows: Which rows.
        labelled: Whether rows without a six-class label are left out.
        also: Columns of which one alone keeps a row, too
            (:attr:`training.data.targets.HeadLabels.columns`); its missing ``label`` is then
            :data:`training.data.targets.UNLABELLED`.
        extra: Further columns of the record.

    Returns:
        The columns of :data:`METADATA`, further ones, and where the audio is: ``shard`` (path),
        ``row_group``, ``row`` (within the group), ``group`` (number of the row group in the
        dataset) and ``group_bytes`` (its size).
        Empty if the split has no rows.

    Raises:
        UsageError: The folder is no dataset, a corpus or split is unknown, or the
            condition is none.
        DataError: A shard is missing, too many or damaged.
    """
    folder = str(dataset)
    shards = store.list_shards(folder)
    if not shards:
        raise UsageError(
            f"{folder}: no shards: expected data/<corpus>/<split>-NNNNN-of-NNNNN.parquet, "
            "as `exhubert build` writes them"
        )
    if split is not None and split not in SPLITS:
        raise UsageError(f"unknown split {split!r}: expected one of {', '.join(SPLITS)}")
    paths = {shard: store.path_of(shard) for shard in shards}
    there = sorted({path.parent.name for path in paths.values()})
    corpora = choose_corpora(rows.corpora, there).corpora
    exclude = choose_corpora(rows.exclude_corpora, there).corpora
    for corpus in (*corpora, *exclude):
        if corpus not in there:
            raise UsageError(f"{folder}: no corpus {corpus!r}: there are {', '.join(there)}")
    wanted = [corpus for corpus in (corpora or there) if corpus not in exclude]
    columns = (*METADATA, *extra) if extra else METADATA
    tables = [
        _read_metadata(shard, _EVERY if rows.where else columns)
        for shard, path in paths.items()
        if path.parent.name in wanted and (split is None or path.name.startswith(f"{split}-"))
    ]
    if not tables:  # no shard of that split: the columns of another, without its rows
        tables = [_read_metadata(shards[0], _EVERY if rows.where else columns).iloc[:0]]
    index = pd.concat(tables)
    index["group"] = index.groupby(["shard", "row_group"], sort=True).ngroup()
    if rows.where:
        index = frame_where(index, rows.where)[[*columns, *_PLACE, "group"]]
    if labelled:
        index = index[index[["label", *also]].notna().any(axis=1)]
        index = index.fillna({"label": UNLABELLED}).astype({"label": "int64"})
    if rows.exclude_speakers:
        index = index[~index["speaker"].isin(rows.exclude_speakers)]
    near = near_recordings(folder) if rows.exclude_audio_of else {}
    for part in rows.exclude_audio_of:
        corpus, _, its_split = part.partition("/")
        whole = RowChoice((corpus,))
        left_out = load_index(folder, its_split or None, whole, labelled=False)
        own, others = (recordings_of(one["audio_xxh3"], near) for one in (index, left_out))
        index = index[~own.isin(others.dropna())]
    return index.reset_index(drop=True)


def _read_metadata(shard: str, columns: Sequence[str] = METADATA) -> pd.DataFrame:
    """Columns of one shard and the place of each row in it; only an index's must be there."""
    frame = read_shard_metadata(shard, columns, older=columns is not METADATA)
    return frame.assign(shard=shard)


def clipped_durations(index: pd.DataFrame, longest: float) -> npt.NDArray[np.float64]:
    """Seconds the model sees of each row when clips are cut off after ``longest`` seconds."""
    seconds: npt.NDArray[np.float64] = index["duration"].to_numpy(dtype=np.float64)
    return np.minimum(seconds, longest)


def known_speakers(index: pd.DataFrame) -> list[str | None]:
    """The speaker of each row, ``None`` where unknown."""
    return [None if pd.isna(speaker) else str(speaker) for speaker in index["speaker"]]
