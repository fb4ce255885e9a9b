"""What others would write to turn a folder of clips into 16 kHz shards: run by ``build.py``.

python benchmarks/contestants.py pool|datasets|datasets-map|lhotse SOURCE OUTPUT CODEC JOBS
"""

import io
import os
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
import soxr

RATE = 16_000
PEAK = 10 ** (-1 / 20)
CLIPS_PER_SHARD = 500


def convert(path: str, codec: str) -> bytes:
    """One clip: decoded, mixed to mono, resampled, peak at −1 dBFS, encoded; few passes, no checks.

    Nothing of a record but its audio is made: no checksums, offsets, labels or splits.
    """
    with soundfile.SoundFile(path) as file:
        rate = file.samplerate
        samples = file.read(dtype="int16", always_2d=True)
    mono = samples[:, 0].astype(np.float32)
    for other in range(1, samples.shape[1]):
        mono += samples[:, other]
    if rate != RATE:
        mono = soxr.resample(mono, rate, RATE, quality="HQ")
    mono *= PEAK * 32768 / max(-mono.min(), mono.max())
    buffer = io.BytesIO()
    soundfile.write(buffer, mono.astype(np.int16), RATE, format=codec.upper(), subtype="PCM_16")
    return buffer.getvalue()


def run_pool(source: Path, output: Path, codec: str, jobs: int) -> None:
    """The limit: a bare pool of processes, each of which writes shards of its own."""
    paths = list(_clips(source))
    shards = [paths[start : start + CLIPS_PER_SHARD] for start in range(0, len(paths), 500)]
    names = [output / f"{number:05d}.parquet" for number in range(len(shards))]
    with ProcessPoolExecutor(jobs) as pool:
        for _ in pool.map(partial(write_shard, codec=codec), shards, names):
            pass


def write_shard(paths: list[str], name: Path, codec: str) -> None:
    """One Parquet file of clips."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    rows = [{"id": path, "audio": {"bytes": convert(path, codec), "path": path}} for path in paths]
    pq.write_table(pa.Table.from_pylist(rows), name, compression="none")


def run_datasets(source: Path, output: Path, codec: str, jobs: int) -> None:
    """Hugging Face datasets as documented: its ``Audio`` feature decodes, mixes and resamples."""
    from datasets import Audio, Dataset, Features, disable_caching, disable_progress_bars

    disable_caching()
    disable_progress_bars()
    clips = Dataset.from_dict({"audio": list(_clips(source))})
    clips = clips.cast_column("audio", Audio(sampling_rate=RATE, num_channels=1))
    audio = Features({"audio": Audio(sampling_rate=RATE)})
    clips = clips.map(partial(_normalize, codec=codec), num_proc=jobs, features=audio)
    clips.to_parquet(output / "clips.parquet")


def _normalize(row: dict[str, Any], codec: str) -> dict[str, object]:
    samples = row["audio"].get_all_samples().data[0].numpy()
    samples *= PEAK / np.abs(samples).max()
    if codec == "wav":  # what the feature itself encodes to
        return {"audio": {"array": samples, "sampling_rate": RATE}}
    buffer = io.BytesIO()
    soundfile.write(buffer, samples, RATE, format=codec.upper(), subtype="PCM_16")
    return {"audio": {"bytes": buffer.getvalue(), "path": None}}


def run_datasets_map(source: Path, output: Path, codec: str, jobs: int) -> None:
    """Hugging Face datasets given the pool's own conversion: ``map`` over paths."""
    from datasets import Dataset, disable_caching, disable_progress_bars

    disable_caching()
    disable_progress_bars()
    paths = Dataset.from_dict({"path": list(_clips(source))})
    clips = paths.map(partial(_convert_row, codec=codec), num_proc=jobs)
    clips.to_parquet(output / "clips.parquet")


def _convert_row(row: dict[str, str], codec: str) -> dict[str, object]:
    return {"audio": {"bytes": convert(row["path"], codec), "path": row["path"]}}


def run_lhotse(source: Path, output: Path, codec: str, jobs: int) -> None:
    """Lhotse: recordings resampled and written as Shar; channels and levels stay as they are."""
    from lhotse import CutSet, RecordingSet

    recordings = RecordingSet.from_dir(source, pattern="*.*", num_jobs=jobs)
    cuts = CutSet.from_manifests(recordings=recordings).resample(RATE).to_eager()
    cuts.to_shar(output, {"recording": codec}, shard_size=CLIPS_PER_SHARD, num_jobs=jobs)


def _clips(source: Path) -> Iterator[str]:
    for folder, _, names in sorted(os.walk(source)):
        for name in sorted(names):
            yield os.path.join(folder, name)  # noqa: PTH118  (20,000 paths)


if __name__ == "__main__":
    who, source, output, codec, jobs = sys.argv[1:]
    Path(output).mkdir(parents=True)
    runs = {
        "pool": run_pool,
        "datasets": run_datasets,
        "datasets-map": run_datasets_map,
        "lhotse": run_lhotse,
    }
    runs[who](Path(source), Path(output), codec, int(jobs))
