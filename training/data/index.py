"""The index of a dataset: metadata of its utterances and the places of their audio."""

from collections.abc import Collection, Sequence
from pathlib import Path, PurePosixPath

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.common.count import count
from pipeline.common.errors import UsageError
from pipeline.common.suggest import suggest
from pipeline.schema.columns import indexed_columns
from pipeline.schema.record import COLUMNS, RECORD, SPLITS
from pipeline.shards.metadata_reader import read_shard_metadata
from pipeline.shards.row_filter import frame_where
from pipeline.specs.collections import choose_corpora
from training.data import dataset_files
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
    if split is not None and split not in SPLITS:
        raise UsageError(f"unknown split {split!r}: expected one of {', '.join(SPLITS)}")
    folder = str(dataset)
    paths = _shard_paths(folder)
    wanted = _chosen_corpora(folder, {path.parent.name for path in paths.values()}, rows)
    columns = (*METADATA, *extra) if extra else METADATA
    read = _EVERY if rows.where else columns
    tables = [
        _read_metadata(shard, read)
        for shard, path in paths.items()
        if path.parent.name in wanted and (split is None or path.name.startswith(f"{split}-"))
    ]
    if not tables:  # no shard of that split: the columns of another, without its rows
        tables = [_read_metadata(next(iter(paths)), read).iloc[:0]]
    index = pd.concat(tables)
    index["group"] = index.groupby(["shard", "row_group"], sort=True).ngroup()
    if rows.where:
        index = frame_where(index, rows.where)[[*columns, *_PLACE, "group"]]
    if labelled:
        index = index[index[["label", *also]].notna().any(axis=1)]
        index = index.fillna({"label": UNLABELLED}).astype({"label": "int64"})
    return _without_excluded(index, folder, rows).reset_index(drop=True)


def check_speakers(dataset: str | Path, speakers: Collection[str]) -> None:
    """Checks that speakers occur in a dataset, in whichever of its corpora.

    Raises:
        UsageError: The folder is no dataset, or one of them does not.
    """
    if not speakers:
        return
    shards = [_read_metadata(shard, ["speaker"]) for shard in _shard_paths(str(dataset))]
    known = set(pd.concat(shards)["speaker"].dropna())
    for speaker in speakers:
        if speaker not in known:
            there = f": there are {count(len(known), 'speaker')}, such as {min(known, default='')}"
            raise UsageError(
                f"{dataset}: no speaker {speaker!r}{suggest(speaker, known, otherwise=there)}"
            )


def _shard_paths(dataset: str) -> dict[str, PurePosixPath]:
    """Each shard with its path, for the corpus and split that this names.

    Raises:
        UsageError: There are none.
    """
    shards = dataset_files.list_shards(dataset)
    if not shards:
        raise UsageError(
            f"{dataset}: no shards: expected data/<corpus>/<split>-NNNNN-of-NNNNN.parquet, "
            "as `exhubert build` writes them"
        )
    return {shard: dataset_files.path_of(shard) for shard in shards}


def _chosen_corpora(dataset: str, there: Collection[str], rows: RowChoice) -> set[str]:
    """Corpora of a dataset that rows are asked of.

    Raises:
        UsageError: One that is named is not there.
    """
    corpora = choose_corpora(rows.corpora, sorted(there)).corpora
    exclude = choose_corpora(rows.exclude_corpora, sorted(there)).corpora
    for corpus in (*corpora, *exclude):
        if corpus not in there:
            raise UsageError(
                f"{dataset}: no corpus {corpus!r}: there are {', '.join(sorted(there))}"
            )
    return set(corpora or there) - set(exclude)


def _without_excluded(index: pd.DataFrame, dataset: str, rows: RowChoice) -> pd.DataFrame:
    """The rows of an index, but for the speakers and the audio that are left out."""
    if rows.exclude_speakers:
        index = index[~index["speaker"].isin(rows.exclude_speakers)]
    near = near_recordings(dataset) if rows.exclude_audio_of else {}
    for part in rows.exclude_audio_of:
        corpus, _, its_split = part.partition("/")
        whole = RowChoice((corpus,))
        left_out = load_index(dataset, its_split or None, whole, labelled=False)
        own, others = (recordings_of(one["audio_xxh3"], near) for one in (index, left_out))
        index = index[~own.isin(others.dropna())]
    return index


def _read_metadata(shard: str, columns: Sequence[str] = METADATA) -> pd.DataFrame:
    """Columns of one shard and the place of each row in it; only an index's must be there."""
    frame = read_shard_metadata(shard, columns, older=columns is not METADATA)
    return frame.assign(shard=shard)


def rows_of_part(index: pd.DataFrame, part: str | None) -> pd.DataFrame:
    """The rows of one split, or part of a fold, of an index that was read whole; None for all."""
    return index if part is None else index[index["split"] == part].reset_index(drop=True)


def clipped_durations(index: pd.DataFrame, longest: float) -> npt.NDArray[np.float64]:
    """Seconds the model sees of each row when clips are cut off after ``longest`` seconds."""
    seconds: npt.NDArray[np.float64] = index["duration"].to_numpy(dtype=np.float64)
    return np.minimum(seconds, longest)


def known_speakers(index: pd.DataFrame) -> list[str | None]:
    """The speaker of each row, ``None`` where unknown."""
    return known_values(index["speaker"])


def known_values(column: "pd.Series[str]") -> list[str | None]:
    """The text of each row, ``None`` where unknown."""
    return [None if pd.isna(value) else str(value) for value in column]
