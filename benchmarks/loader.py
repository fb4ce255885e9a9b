"""The loader against the bare decoding of the same clips, and against what a training step takes.

    export OMP_WAIT_POLICY=PASSIVE   # as the command line: PyTorch's threads do not spin
    python benchmarks/loader.py      # 2 processes, 6,000 clips of 3 s
    python benchmarks/loader.py --processes 8 --clips 20000 --seconds 6

Sides take turns, round after round, and medians are printed: other work on the machine then meets
all of them. The clips are synthetic, as hard to compress as speech.

- *bare*: processes that decode every FLAC clip with libsndfile, out of memory, and do nothing else;
- *loader*: an epoch of training crops of 3 s, from shards of FLAC to padded batches of 16;
- *loader, WAV*: the same from a dataset built with `--codec wav`;
- *loader, tiny* and *step, tiny*: from FLAC with the crops of the recipe `tiny`, and that recipe's
  forward pass, backward pass and optimiser step on batches that are ready.
"""

import argparse
import io
import multiprocessing
import os
import platform
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import soundfile
import torch
from rich.console import Console
from rich.table import Table
from torch.utils.data import DataLoader

from pipeline.audio.encoding import encode
from pipeline.audio.options import Codec
from pipeline.schema.record import RECORD, SAMPLE_RATE
from pipeline.shards.parquet import write_parquet
from training.config.recipe import Recipe, load_recipe
from training.data.dataset import Utterances, collate
from training.data.index import clipped_durations, load_index
from training.data.sampling import EpochBatches, Mixture
from training.model.build import build_model

BATCH = 16
DISTINCT = 200  # clips that differ; more only take longer to make


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--clips", type=int, default=6_000)
    parser.add_argument("--seconds", type=float, default=3.0, help="length of a clip")
    parser.add_argument("--rounds", type=int, default=5)
    args = parser.parse_args()
    tiny = load_recipe("tiny")
    with tempfile.TemporaryDirectory(prefix="exhubert-loader-") as folder:
        flac, wav = Path(folder, "flac"), Path(folder, "wav")
        clips = write_dataset(flac, args.clips, args.seconds, "flac")
        write_dataset(wav, args.clips, args.seconds, "wav")
        sides = {
            "bare decoding": bare(clips, args.processes),
            "loader": loader(flac, 3.0, 0.0, args.processes),
            "loader, WAV": loader(wav, 3.0, 0.0, args.processes),
            "loader, tiny": loader(flac, tiny.data.window, tiny.data.speed, args.processes),
            "step, tiny": steps(flac, tiny, args.clips // 24),
        }
        rates: dict[str, list[float]] = {name: [] for name in sides}
        for _ in range(args.rounds):
            for name, run in sides.items():
                started = time.perf_counter()
                done = run()
                rates[name].append(done / (time.perf_counter() - started))
    print_rates(rates, f"{args.clips:,} clips of {args.seconds:g} s, {args.processes} processes")


def write_dataset(folder: Path, count: int, seconds: float, codec: Codec) -> list[bytes]:
    """A dataset of so many clips, as a build writes it; returns the encoded clips."""
    encoded = [encode(voice(seconds, seed), codec) for seed in range(min(DISTINCT, count))]
    clips = [encoded[number % len(encoded)] for number in range(count)]
    rows = [
        {
            "id": f"noise/{number}",
            "corpus": "noise",
            "split": "train",
            "audio": {"bytes": clip, "path": f"{number}.{codec}"},
            "duration": seconds,
            "label": number % 6,
        }
        for number, clip in enumerate(clips)
    ]
    path = folder / "data" / "noise" / "train-00000-of-00001.parquet"
    path.parent.mkdir(parents=True)
    with path.open("wb") as file:
        write_parquet(file, [pa.Table.from_pylist(rows, schema=RECORD)])
    return clips


def voice(seconds: float, seed: int) -> np.ndarray:
    """Harmonics that swell and fade in noise, int16 at 16 kHz."""
    rng = np.random.default_rng(seed)
    moments = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    pitch = rng.uniform(90, 250) + 10 * np.sin(5 * moments)
    samples = sum(np.sin(2 * np.pi * part * pitch * moments) / part for part in range(1, 12))
    samples = samples * np.sin(3 * moments + rng.random()) ** 2
    samples = samples + 0.02 * rng.standard_normal(len(moments))
    return (samples / np.abs(samples).max() * 29_000).astype(np.int16)


def bare(clips: list[bytes], processes: int) -> Callable[[], int]:
    """Decodes every clip, split evenly among processes."""

    def run() -> int:
        parts = [clips[first::processes] for first in range(processes)]
        workers = [context.Process(target=decode_all, args=(part,)) for part in parts]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        return len(clips)

    context = multiprocessing.get_context("fork")
    return run


def decode_all(clips: list[bytes]) -> None:
    for clip in clips:
        soundfile.read(io.BytesIO(clip), dtype="float32")


def loader(folder: Path, window: float, speed: float, processes: int) -> Callable[[], int]:
    """Loads an epoch of training batches."""
    index = load_index(folder, "train")

    def run() -> int:
        dataset = Utterances(index, window, speed=speed)
        loaded = DataLoader(
            dataset,
            batch_sampler=EpochBatches(
                index, clipped_durations(index, window), Mixture(), BATCH, 0
            ),
            collate_fn=collate,
            num_workers=processes,
        )
        return sum(len(batch["labels"]) for batch in loaded)

    return run


def steps(folder: Path, recipe: Recipe, clips: int) -> Callable[[], int]:
    """Trains the recipe's model on batches that are ready."""
    torch.manual_seed(0)
    index = load_index(folder, "train")
    dataset = Utterances(index, recipe.data.window)
    batches = EpochBatches(index, clipped_durations(index, recipe.data.window), Mixture(), BATCH, 0)
    ready = [
        collate([dataset[draw] for draw in batch]) for batch in list(batches)[: clips // BATCH]
    ]
    model = build_model(None, config=recipe.model.config).train()
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-4)

    def run() -> int:
        for batch in ready:
            model(**batch).loss.backward()
            optimizer.step()
            optimizer.zero_grad()
        return sum(len(batch["labels"]) for batch in ready)

    return run


def print_rates(rates: dict[str, list[float]], what: str) -> None:
    """A line a side: median and spread of its clips/s, as shares of bare decoding and the step."""
    machine = f"{os.cpu_count()} cores, Python {platform.python_version()}"
    versions = f"PyTorch {torch.__version__}, libsndfile {soundfile.__libsndfile_version__}"
    table = Table(title=f"{what}; {machine}, {versions}")
    for heading in ("side", "clips/s", "of the rounds", "÷ bare", "÷ step"):
        table.add_column(heading, justify="left" if heading == "side" else "right")
    medians = {name: statistics.median(values) for name, values in rates.items()}
    for name, values in rates.items():
        table.add_row(
            name,
            f"{medians[name]:,.0f}",
            f"{min(values):,.0f}–{max(values):,.0f}",
            f"{medians[name] / medians['bare decoding']:.2f}",
            f"{medians[name] / medians['step, tiny']:.2f}",
        )
    Console(width=100).print(table)


if __name__ == "__main__":
    main()
