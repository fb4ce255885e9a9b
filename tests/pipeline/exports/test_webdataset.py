"""WebDataset: datasets and webdataset read the shards; keys have no dots; bytes repeat."""

import io
import json
import tarfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from pipeline.exports.formats import export_dataset


def test_shards(export: Callable[..., Path], samples: dict[str, np.ndarray]) -> None:
    found = {}
    for shard in sorted(export("webdataset").glob("*.tar")):
        with tarfile.open(shard) as tar:
            members = {m.name: tar.extractfile(m).read() for m in tar.getmembers()}
        keys = {name.partition(".")[0] for name in members}
        assert members.keys() == {f"{key}.{suffix}" for key in keys for suffix in ("flac", "json")}
        for key in keys:
            record = json.loads(members[f"{key}.json"])
            heard, _ = soundfile.read(io.BytesIO(members[f"{key}.flac"]), dtype="int16")
            assert np.array_equal(heard, samples[record["id"]])
            assert record["split"] == shard.name.partition("-")[0]
            found[record["id"]] = record
    assert found.keys() == samples.keys()
    assert found["tones/wav/f1 ang.1"]["class_name"] == "high_negative"


def test_the_same_bytes_again(export: Callable[..., Path], dataset: Path, tmp_path: Path) -> None:
    first = {file.name: file.read_bytes() for file in export("webdataset").iterdir()}
    export_dataset(str(dataset), tmp_path / "again", "webdataset")
    assert {file.name: file.read_bytes() for file in (tmp_path / "again").iterdir()} == first


def test_webdataset_reads_them(export: Callable[..., Path], samples: dict) -> None:
    webdataset = pytest.importorskip("webdataset", reason="webdataset is not installed")
    shards = sorted(map(str, export("webdataset").glob("*.tar")))
    ids = [json.loads(s["json"])["id"] for s in webdataset.WebDataset(shards, shardshuffle=False)]
    assert sorted(ids) == sorted(samples)
