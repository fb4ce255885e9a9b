"""WebDataset: tar shards, each clip a file of audio and one of JSON under one key."""

import io
import json
import tarfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pandas as pd

from pipeline.dataset.selection import SHOWN, read_clips, to_codec
from pipeline.exports.export_request import (
    CLIPS_PER_SHARD,
    ExportRequest,
    plain_key,
    unique_keys,
)
from pipeline.schema.record import SPLITS

_METADATA = (*SHOWN, "class_name")


def write_webdataset(request: ExportRequest) -> None:
    """Writes ``<split>-000000.tar`` …: ``<key>.flac`` and ``<key>.json`` of each clip."""
    request.folder.mkdir(parents=True, exist_ok=True)
    for split in SPLITS:
        rows = request.rows[request.rows["split"] == split]
        for number in count():
            part = rows.iloc[number * CLIPS_PER_SHARD : (number + 1) * CLIPS_PER_SHARD]
            if part.empty:
                break
            _write_shard(request, part, request.folder / f"{split}-{number:06d}.tar")


def _write_shard(request: ExportRequest, rows: pd.DataFrame, file: Path) -> None:
    records = json.loads(rows[list(_METADATA)].to_json(orient="records"))
    with tarfile.open(file, "w") as tar:
        clips = read_clips(request.dataset, rows)
        for key, record, (_, content) in zip(_keys(rows), records, clips, strict=True):
            codec, audio = to_codec(content, request.codec)
            _add(tar, f"{key}.{codec}", audio)
            _add(tar, f"{key}.json", json.dumps(record, ensure_ascii=False).encode())
            request.on_clip()


def _keys(rows: pd.DataFrame) -> Iterator[str]:
    """Keys without a dot, behind whose first one WebDataset takes the suffix to begin."""
    return unique_keys(map(plain_key, rows["id"]))


def _add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    member = tarfile.TarInfo(name)  # no time and no owner: the same bytes anywhere
    member.size = len(content)
    tar.addfile(member, io.BytesIO(content))
