"""Tiny dataset folders of synthetic tones in the record schema, written where a test wants them."""

import argparse
import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import soundfile as sf
import torch
import xxhash

from exhubert.cli.main import COMMANDS
from pipeline.schema.record import CLASSES, RECORD, SAMPLE_RATE

torch.set_num_threads(1)  # models this small only lose time when threads wait for each other

NANO = [
    "model.config.hidden_size=32",
    "model.config.intermediate_size=32",
    "model.config.num_hidden_layers=1",
    "model.config.num_attention_heads=2",
    "model.config.conv_dim=[4, 8, 8, 16, 16, 32, 32]",
    "model.config.classifier_proj_size=16",
    "data.window=0.5",
    "optimizer.batch_size=8",
]
"""Overrides of the recipe `tiny` for a model that trains within seconds."""

LEARNING = [
    *NANO,
    "data.speed=0",
    "optimizer.epochs=8",
    "optimizer.learning_rate=5e-3",
    "run.evaluate_every=4",
]
"""The same, trained until it tells tones apart."""

TONES = (200.0, 320.0, 500.0, 800.0, 1250.0, 2000.0)
"""Hz of the tone of each class."""


def run_command(name: str, *arguments: str) -> int:
    """Runs a command as the command line does; returns the exit status."""
    command = next(command for command in COMMANDS if command.name == name)
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    return command.run(parser.parse_args(arguments))


def tone(label: int, seconds: float = 0.5, seed: int = 0, rate: int = SAMPLE_RATE) -> np.ndarray:
    """A tone of a class, slightly detuned, in faint noise; float32 ``(samples,)``."""
    rng = np.random.default_rng(seed)
    time = np.arange(round(seconds * rate)) / rate
    pitch = TONES[label] * rng.uniform(0.97, 1.03)
    clip = 0.5 * np.sin(2 * np.pi * (pitch * time + rng.random()))
    return (clip + 0.02 * rng.standard_normal(len(time))).astype(np.float32)


def record(
    corpus: str, split: str, number: int, label: int | None, **changes: Any
) -> dict[str, Any]:
    """One row: a tone of the label's class (of class 0 if it has none)."""
    seconds = changes.pop("seconds", 0.4 + 0.05 * (number % 5))
    clip = tone(label or 0, seconds, seed=number)
    buffer = io.BytesIO()
    sf.write(buffer, clip, SAMPLE_RATE, format="FLAC", subtype="PCM_16")
    name = f"{corpus}/{split}_{number:03d}"
    return {
        "id": name,
        "corpus": corpus,
        "split": split,
        "licence": "CC0-1.0",
        "language": "en",
        "audio": {"bytes": buffer.getvalue(), "path": f"{name}.flac"},
        "duration": len(clip) / SAMPLE_RATE,
        "speaker": f"{corpus}:{split}{number % 3}",
        "audio_xxh3": f"sum of {name}",  # made up: no two clips are the same unless a test says so
        "emotion": "neutral",
        "label": label,
        **changes,
    }


def write_shards(folder: Path, rows: list[dict[str, Any]], row_group_size: int = 10) -> None:
    """Writes rows as ``data/<corpus>/<split>-00000-of-00001.parquet``, and a manifest of them."""
    for corpus, split in sorted({(row["corpus"], row["split"]) for row in rows}):
        part = [row for row in rows if (row["corpus"], row["split"]) == (corpus, split)]
        path = folder / "data" / corpus / f"{split}-00000-of-00001.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        table = pa.Table.from_pylist(part, schema=RECORD)
        pq.write_table(table, path, row_group_size=row_group_size)
    write_manifest(folder)


def write_manifest(folder: Path) -> None:
    """A manifest of the shards that are there: of what a build writes as much as training reads."""
    corpora: dict[str, dict[str, list[dict[str, Any]]]] = {}
    for path in sorted(folder.glob("data/*/*.parquet")):
        content = path.read_bytes()
        shard = {
            "path": path.relative_to(folder).as_posix(),
            "bytes": len(content),
            "xxh3": xxhash.xxh3_128_hexdigest(content),
        }
        corpora.setdefault(path.parent.name, {"shards": []})["shards"].append(shard)
    (folder / "manifest.json").write_text(json.dumps({"corpora": corpora}), encoding="utf-8")


def write_tones(
    folder: Path,
    sizes: Mapping[str, int] | None = None,
    corpora: tuple[str, ...] = ("alpha", "beta"),
) -> Path:
    """A dataset of tones: per corpus and split, ``sizes[split]`` rows of each of six classes."""
    sizes = sizes or {"train": 6, "validation": 2, "test": 2}
    rows = [
        record(corpus, split, number, number % len(CLASSES))
        for corpus in corpora
        for split, size in sizes.items()
        for number in range(size * len(CLASSES))
    ]
    write_shards(folder, rows)
    return folder
