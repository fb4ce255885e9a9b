"""Request for an export: rows of a dataset, and the file of each."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import soundfile

from pipeline.audio.options import Codec
from pipeline.dataset.manifest import Manifest
from pipeline.dataset.selection import write_files
from pipeline.schema.record import SAMPLE_RATE, SPLITS

AUDIO = "audio"
"""Folder of the clips, below the folder of an export."""

CLIPS_PER_SHARD = 1_000
"""Clips in a tar file, in forms that have such."""


@dataclass(frozen=True)
class ExportRequest:
    """Rows to export, and the folder to write to.

    Attributes:
        dataset: The dataset folder.
        manifest: Manifest of the dataset.
        rows: Rows from :func:`pipeline.dataset.selection.find_rows`.
        folder: A new folder.
        codec: Codec of the clips; None for that of the dataset.
        on_clip: Called after each clip that is written.
        protocol: Protocol whose folds are written; None for the default of the format.
    """

    dataset: str
    manifest: Manifest
    rows: pd.DataFrame
    folder: Path
    codec: Codec | None = None
    on_clip: Callable[[], object] = lambda: None
    protocol: str | None = None

    def write_audio(self, below: str = AUDIO) -> list[str]:
        """Writes the clips as files; gives the path of each row's below the folder."""
        folder = self.folder / below
        names = write_files(self.dataset, self.rows, folder, self.codec, self.on_clip)
        return [f"{below}/{name}" for name in names]


@dataclass(frozen=True)
class ExportedClip:
    """A row and its file.

    Attributes:
        row: Column → value; None where unknown.
        file: Path below the folder of the export.
        frames: Samples of it, at 16 kHz.
    """

    row: dict[str, Any]
    file: str
    frames: int

    @property
    def seconds(self) -> float:
        """Exact length, in s."""
        return self.frames / SAMPLE_RATE


def clips_by_split(
    request: ExportRequest, files: Sequence[str]
) -> Iterator[tuple[str, list[ExportedClip]]]:
    """Rows with their files, by split, in the order of the rows.

    Args:
        request: The export, whose audio is written already.
        files: Files from :meth:`ExportRequest.write_audio`.
    """
    known = request.rows.astype(object).where(request.rows.notna(), None)
    rows = [{str(name): value for name, value in row.items()} for row in known.to_dict("records")]
    clips = [
        ExportedClip(row, file, soundfile.info(request.folder / file).frames)
        for row, file in zip(rows, files, strict=True)
    ]
    for split in SPLITS:
        if found := [clip for clip in clips if clip.row["split"] == split]:
            yield split, found


def plain_key(clip: str) -> str:
    """The id of a clip without blanks and dots, which keys of other tools must not have.

    >>> plain_key("emo_db/wav/03a01 Fa.v2#1.5-2")
    'emo_db/wav/03a01_Fa_v2#1_5-2'
    """
    return re.sub(r"[\s.]", "_", clip)


def unique_keys(keys: Iterable[str]) -> Iterator[str]:
    """Keys of which none occurs twice: the second of a kind gets a ``_`` more.

    >>> list(unique_keys(["a_b", "a_b", "c"]))  # of a.b and of a_b
    ['a_b', 'a_b_', 'c']
    """
    seen: set[str] = set()
    for key in keys:
        while key in seen:
            key += "_"
        seen.add(key)
        yield key
