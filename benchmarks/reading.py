"""Contestants that read one corpus, each in a process of its own: bytes, CPU and memory."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO

Work = Callable[[Path, Path], None]
"""Reads a corpus, writes a dataset."""


def run(script: str, who: str, root: Path, output: Path) -> dict[str, float]:
    """Has one contestant work in a process of its own.

    Args:
        script: The benchmark, which is to print what :func:`measure` gives as JSON.
        who: Its name.
        root: Folder of the corpus.
        output: Where it writes.
    """
    command = [sys.executable, script, "--work", who, str(root), str(output)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stderr[-2000:])
    result: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return result


def measure(contestants: Mapping[str, Work], who: str, root: str, output: str) -> dict[str, float]:
    """CPU and bytes of the work, imports left out; peak memory of the process."""
    import av  # noqa: F401 (imports are no work)

    import pipeline.planning.steps
    import pipeline.shards.writer  # noqa: F401

    waiting = _watch_temporary_files()
    before, started = _bytes_read(), time.process_time()
    contestants[who](Path(root), Path(output))
    return {
        "cpu": time.process_time() - started,
        "read": _bytes_read() - before - sum(os.fstat(file).st_size for file in waiting),
        "peak": _peak(),
    }


def _watch_temporary_files() -> list[int]:
    """Descriptors of those that are made from now on, which stay open when the files are closed."""
    made: list[int] = []
    make = tempfile.TemporaryFile

    def watched(**how: str) -> IO[bytes]:
        file: IO[bytes] = make(**how)
        made.append(os.dup(file.fileno()))
        return file

    tempfile.TemporaryFile = watched
    return made


def _bytes_read() -> int:
    lines = Path("/proc/self/io").read_text().splitlines()
    return int(dict(line.split(": ") for line in lines)["rchar"])


def _peak() -> int:
    """Largest resident size of this process, in bytes."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return 1024 * int(next(line.split()[1] for line in lines if line.startswith("VmHWM")))


def write_dataset(root: Path, output: Path) -> None:
    """What a worker does: all steps but Beam's; the spec lies beside the corpus, of its name."""
    from pipeline.audio.options import AudioOptions
    from pipeline.planning.batches import UtteranceBatch, group_by_shard
    from pipeline.planning.build_config import BuildConfig, Corpus
    from pipeline.planning.shard_names import is_written_together
    from pipeline.planning.steps import (
        assign_shards,
        count_batch,
        index_batch,
        list_clips,
        plan_batches,
    )
    from pipeline.shards.writer import write_shards
    from pipeline.specs.emotion_scheme import emotion_scheme
    from pipeline.specs.loader import load_spec

    spec = load_spec(root.with_name(f"{root.name}.yaml"))
    corpora = {root.name: Corpus(spec, str(root))}
    build = BuildConfig(corpora, emotion_scheme(), str(output), AudioOptions())
    batches = [index_batch(clips, build) for clips in list_clips(root.name, build)]
    plans = plan_batches((root.name, [count_batch(batch)[1] for batch in batches]), build)
    gathered: dict[str, list[UtteranceBatch]] = {}
    for batch, (_, plan) in zip(batches, plans, strict=True):
        for key, part in assign_shards(batch, plan, build):
            gathered.setdefault(key, []).append(part)
    for key, placed in gathered.items():
        shards = group_by_shard(placed)
        together = [shards] if is_written_together(key) else [{one: shards[one]} for one in shards]
        for part in together:
            for written in write_shards(part, spec, str(root), str(output), AudioOptions()):
                if written.receipt.unwritten:
                    sys.exit(f"not written: {written.receipt.unwritten[0]}")
