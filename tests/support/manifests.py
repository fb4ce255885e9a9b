"""A manifest made without a build: two corpora, one shard each."""

from pathlib import Path

import pandas as pd

from pipeline.audio.options import AudioOptions
from pipeline.dataset.manifest import CorpusFacts, Manifest, manifest_path
from pipeline.dataset.manifest_builder import build_manifest
from pipeline.shards.receipts import RejectRow, ShardReceipt


def manifest(redistribute: bool | None = True) -> Manifest:
    """Two clips of ``tones`` in train and test, one of ``bells`` in train, and a rejected one."""
    names = ["tones/a", "tones/b", "bells/c"]
    rows = pd.DataFrame(
        {
            "id": names,
            "corpus": [name.split("/")[0] for name in names],
            "split": ["train", "test", "train"],
            "speaker": ["tones:s1", "tones:s2", None],
            "gender": ["female", "male", None],
            "duration": [1800.0, 1800.0, 3600.0],
            "emotion": ["anger", "neutral", None],
            "label": [3, 1, None],
            "flags": [["quiet"], [], []],
            "gain_db": [1.0, 2.0, 3.0],
            "source_sample_rate": [16_000, 44_100, 16_000],
            "audio_xxh3": ["1", "2", "3"],
            "shard": ["tones/train", "tones/test", "bells/train"],
        }
    )
    left_out = RejectRow(
        "tones/d", "tones", "d.wav", "rejected", "audio", "silent", "", "ang", None
    )
    receipts = [
        ShardReceipt("tones/train", "a", "b", 1, 10, "x1", (left_out,)),
        ShardReceipt("tones/test", "a", "b", 1, 20, "x2", ()),
        ShardReceipt("bells/train", "a", "b", 1, 30, "x3", ()),
    ]
    facts = {name: _facts(name, redistribute) for name in ("tones", "bells")}
    return build_manifest(
        facts, AudioOptions("wav", "rms"), receipts, rows, {"tones": 3, "bells": 1}
    )


def _facts(name: str, redistribute: bool | None) -> CorpusFacts:
    return CorpusFacts(
        name=name.title(),
        languages=["en-GB"],
        licence="CC0-1.0",
        licence_url=None,
        redistribute=redistribute,
        citation="Nobody, never",
        split_policy="speaker-disjoint",
    )


def write_dataset(folder: Path) -> Manifest:
    """Writes the manifest, and shards of the sizes that it states."""
    written = manifest()
    Path(manifest_path(str(folder))).write_text(written.model_dump_json())
    for corpus in written.corpora.values():
        for shard in corpus.shards:
            path = folder / shard.path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(bytes(shard.bytes))
    return written
