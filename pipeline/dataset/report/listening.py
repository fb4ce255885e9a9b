"""Clips of a dataset that can be heard in the report, and how they are chosen."""

from collections.abc import Hashable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Any

import numpy as np
import pandas as pd

from pipeline.common.cores import usable_cores
from pipeline.dataset.manifest import Manifest
from pipeline.dataset.selection import read_clips
from pipeline.pages.excerpts import LONGEST, PageClip, WithAudio, encode_excerpt, seconds_each

_MOST = 1_200  # clips of a page
_BYTES = 24_000_000  # of them all: with pairs and tables, the page stays under 30 MB
_AT_ONCE = 64  # clips that are held
_PER_CELL = 2  # of each corpus and emotion, from two speakers where there are two
_EXTREMES = 4  # of each kind

_EXTREME_KINDS: Mapping[str, tuple[str, bool]] = {
    "shortest": ("duration", True),
    "longest": ("duration", False),
    "loudest before normalisation": ("gain_db", True),
    "quietest before normalisation": ("gain_db", False),
}
"""Kind → column, and whether its smallest values are meant."""


@dataclass(frozen=True)
class Listening:
    """Clips that can be heard on a page.

    Attributes:
        corpora: Corpus → its clips.
        kinds: Title of a further group, such as ``shortest`` → its clips.
        not_redistributable: Corpora that were left out because of their terms.
        seconds: Longest excerpt of a clip, in s.
    """

    corpora: dict[str, list[PageClip]]
    kinds: dict[str, list[PageClip]]
    not_redistributable: list[str]
    seconds: float = LONGEST

    @property
    def clips(self) -> list[PageClip]:
        """All of them, in the order of the page."""
        groups = [*self.corpora.values(), *self.kinds.values()]
        return [clip for group in groups for clip in group]

    def keys(self, name: str) -> list[str]:
        """All values of a key, sorted."""
        return sorted({clip.keys[name] for clip in self.clips if clip.keys.get(name)})


NOTHING = Listening({}, {}, [])
"""A page without audio."""


def find_listening(
    output: str, manifest: Manifest, rows: pd.DataFrame, with_audio: WithAudio
) -> Listening:
    """Chooses clips and reads them.

    Args:
        output: The dataset folder.
        manifest: Manifest of the dataset.
        rows: All rows, from :func:`pipeline.dataset.selection.find_rows`.
        with_audio: Corpora that may be heard.
    """
    if with_audio == "none" or rows.empty:
        return NOTHING
    not_redistributable = [
        name
        for name, entry in manifest.corpora.items()
        if with_audio != "all" and entry.redistribute is not True
    ]
    allowed = rows[~rows["corpus"].isin(not_redistributable)]
    cells = choose_by_emotion(allowed)
    kinds = choose_extremes(allowed)
    wanted = {clip for ids in [cells, *kinds.values()] for clip in ids}
    chosen = allowed[allowed["id"].isin(wanted)].sort_values(["shard", "row_group", "row"])
    seconds = seconds_each(chosen["duration"], _BYTES)
    sounds = read_excerpts(output, chosen, seconds)
    clips = {
        str(row["id"]): page_clip(row, sounds[str(row["id"])]) for row in chosen.to_dict("records")
    }
    by_corpus: dict[str, list[PageClip]] = {}
    for clip in cells:
        by_corpus.setdefault(clips[clip].corpus, []).append(clips[clip])
    return Listening(
        by_corpus,
        {kind: [clips[clip] for clip in ids] for kind, ids in kinds.items()},
        not_redistributable,
        seconds,
    )


def read_excerpts(output: str, rows: pd.DataFrame, seconds: float = LONGEST) -> dict[str, str]:
    """Id → excerpt of clips, encoded several at a time: the encoder lets go of Python's lock.

    Args:
        output: The dataset folder.
        rows: Rows of the clips, in the order of the shards.
        seconds: Longest excerpt, in s.
    """
    clips = read_clips(output, rows)
    excerpts: dict[str, str] = {}
    with ThreadPoolExecutor(usable_cores()) as pool:
        while some := dict(islice(clips, _AT_ONCE)):
            encoded = pool.map(partial(encode_excerpt, seconds=seconds), some.values())
            excerpts |= zip(some, encoded, strict=True)
    return excerpts


def choose_by_emotion(rows: pd.DataFrame) -> list[str]:
    """Ids of clips of every corpus and emotion, as many as a page holds.

    The rule: the first of each speaker in the order of the shards, which is as good as chance, and
    of those the first ones.

    Args:
        rows: Rows with ``corpus``, ``emotion``, ``speaker`` and ``id``, in the order of the shards.
    """
    cells = rows.dropna(subset=["emotion"])
    if not len(cells):
        return []
    number = max(1, min(_PER_CELL, _MOST // cells.groupby(["corpus", "emotion"]).ngroups))
    speaker = cells["speaker"].fillna("")
    first = cells.assign(again=cells.groupby(["corpus", "emotion", speaker]).cumcount())
    ordered = first.sort_values(["corpus", "emotion", "again"], kind="stable")
    found = ordered.groupby(["corpus", "emotion"], sort=False).head(number)["id"]
    return [str(clip) for clip in found][:_MOST]


def choose_extremes(rows: pd.DataFrame) -> dict[str, list[str]]:
    """Kind → ids of the clips that are most of it; clipped ones, if there are any, last."""
    chosen = {
        kind: _first_of(rows, column, smallest)
        for kind, (column, smallest) in _EXTREME_KINDS.items()
    }
    is_clipped = [flags is not None and "clipped" in list(flags) for flags in rows["flags"]]
    clipped = rows[np.array(is_clipped, dtype=bool)]
    chosen["clipped at the source"] = [str(clip) for clip in clipped["id"].head(_EXTREMES)]
    return {kind: ids for kind, ids in chosen.items() if ids}


def _first_of(rows: pd.DataFrame, column: str, smallest: bool) -> list[str]:
    """Ids of the clips with the least, or the most, of a column; equal ones in their order."""
    pick = rows.nsmallest if smallest else rows.nlargest
    most = pick(_EXTREMES, column, keep="all")
    ordered = most.sort_values([column, "id"], ascending=[smallest, True], kind="stable")
    return [str(clip) for clip in ordered["id"].head(_EXTREMES)]


def page_clip(row: Mapping[Hashable, Any], audio: str) -> PageClip:
    """A clip as a page shows it.

    Args:
        row: A row of the dataset.
        audio: For the page; empty where it is not to be heard.
    """

    def known(name: str) -> str:
        value = row[name]
        return "" if value is None or value != value else str(value)  # NaN is not itself

    flags = row["flags"]
    listed = " ".join(map(str, flags)) if isinstance(flags, Iterable) else ""
    keys = {"emotion": "emotion", "class": "class_name", "split": "split", "speaker": "speaker"}
    return PageClip(
        id=known("id"),
        corpus=known("corpus"),
        facts=(
            known("emotion").replace("_", " ") or "no category",
            f"native {known('label_native')}" if known("label_native") else "",
            known("class_name").replace("_", " "),
            known("split"),
            known("speaker"),
            known("gender"),
            f"{float(str(row['duration'])):.1f} s",
            listed,
        ),
        keys={key: known(column) for key, column in keys.items()},
        text=known("text"),
        audio=audio,
    )
