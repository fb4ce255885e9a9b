"""Recordings: which sounds are one recording in several forms, as ``exhubert duplicates`` found.

``duplicates.parquet`` of a dataset holds pairs of clips; they are joined by the checksums of their
samples here, as a search compares one clip of each sound, and its equals are that recording, too.
"""

import io
from collections.abc import Collection, Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import BaseModel
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from pipeline.common.errors import DataError
from pipeline.storage import files as storage
from training.data.manifest import read_manifest

PAIRS = "duplicates.parquet"

_COLUMNS = ["audio_xxh3", "other_audio_xxh3", "kind"]


class _Search(BaseModel):
    """A search for near-duplicates: the corpora that came, or changed, since."""

    unsearched: list[str]


class _Searches(BaseModel):
    """The part of a manifest that tells of the last search."""

    near_duplicates: _Search | None = None


def near_recordings(dataset: str | Path) -> dict[str, str]:
    """Checksum of a sound → that of the first of all that hold the same recording.

    Only sounds that have near-duplicates are named; none where nobody looked for any.

    Args:
        dataset: Folder or URL.

    Raises:
        DataError: The table of pairs is damaged.
    """
    path = storage.join(str(dataset), PAIRS)
    content = storage.read(path)
    if content is None:
        return {}
    try:
        pairs = pq.read_table(io.BytesIO(content), columns=_COLUMNS).to_pandas()
    except (OSError, ValueError, pa.ArrowException) as error:
        raise DataError(
            f"{path}: not a table of pairs: {error}; delete it, and look for near-duplicates "
            f"again: exhubert duplicates {dataset}"
        ) from error
    near = pairs[pairs["kind"] == "near"]
    codes, sums = pd.factorize(pd.concat([near["audio_xxh3"], near["other_audio_xxh3"]]), sort=True)
    one, other = np.split(codes, 2)
    graph = coo_array((np.ones(len(one)), (one, other)), shape=(len(sums), len(sums)))
    _, groups = connected_components(graph, directed=False)
    recordings = pd.Series(sums, dtype=object)
    return dict(zip(sums, recordings.groupby(groups).transform("first"), strict=True))


def recordings_of(checksums: "pd.Series[str]", near: Mapping[str, str]) -> "pd.Series[str]":
    """What tells the recordings of some clips apart: equal for all forms of one.

    >>> recordings_of(pd.Series(["a", "b", "c"]), {"a": "a", "b": "a"}).tolist()
    ['a', 'a', 'c']

    Args:
        checksums: Of the samples of each clip; missing ones stay so.
        near: What :func:`near_recordings` gave.
    """
    return checksums.mask(checksums.isin(near.keys()), checksums.map(near)) if near else checksums


def is_searched(dataset: str | Path, corpora: Collection[str]) -> bool:
    """Whether near-duplicates of some corpora, as they are, were looked for and are known here.

    Args:
        dataset: Folder or URL.
        corpora: Their ids.

    Raises:
        DataError: The manifest is damaged, or a later release has written it.
    """
    manifest = read_manifest(dataset, _Searches)
    if manifest is None or storage.read(storage.join(str(dataset), PAIRS)) is None:
        return False
    search = manifest.near_duplicates
    return search is not None and not set(corpora) & set(search.unsearched)
