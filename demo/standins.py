"""Stand-ins, on disk: speaks the planned clips and writes them as the corpora store theirs."""

import hashlib
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

import numpy as np
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from demo.containers import store
from demo.effects import Samples
from demo.entry import StandIn, load_standin, standin_ids
from demo.packing import pack_parquet, split_path
from demo.plan import Clip, plan_standin
from demo.tables import table_files
from demo.voices import require_voices, speak
from pipeline.common.errors import UsageError
from pipeline.specs.loader import load_spec
from pipeline.specs.shipped import builtin_file
from pipeline.storage.files import write_atomic

__all__ = ["encode_file", "speak_standins", "standin_ids"]


class Job(NamedTuple):
    """A file to be written.

    Attributes:
        path: Where it lies.
        clips: That lie in it.
        entry: Of their stand-in.
    """

    path: Path
    clips: list[Clip]
    entry: StandIn


_SILENCE = 2.0  # s


def speak_standins(
    root: str | Path,
    corpora: Sequence[str] | None = None,
    clips_per_corpus: int | None = None,
    console: Console | None = None,
) -> dict[str, list[Clip]]:
    """Speaks stand-ins of corpora below a data root, each as its corpus lies on disk.

    The same call writes the same bytes. Files that are there with these bytes are left untouched,
    so that a build sees that nothing changed.

    Args:
        root: Data root; a corpus lies in the folder of its id.
        corpora: Ids; by default all that have a stand-in.
        clips_per_corpus: How many clips; by default as many as its entry says.
        console: Where progress is shown; nowhere by default.

    Returns:
        The clips of each corpus, by id.

    Raises:
        UsageError: A corpus has no stand-in, or the voice library is missing.
    """
    require_voices()
    planned = {
        corpus: plan_standin(
            load_standin(corpus), load_spec(builtin_file(corpus)), clips_per_corpus
        )
        for corpus in sorted(corpora or standin_ids())
    }
    jobs: list[Job] = []
    for corpus, clips in planned.items():
        for name, content in table_files(load_standin(corpus), clips).items():
            _write(Path(root, corpus, name), content)
        spoken = (clip for clip in clips if not clip.same_as)
        for file, together in groupby(spoken, key=lambda clip: split_path(clip.path)[0]):
            jobs.append(Job(Path(root, corpus, file), list(together), load_standin(corpus)))
    _write_files(jobs, console)
    for corpus, clips in planned.items():
        for clip in clips:
            if clip.same_as:
                original = Path(root, corpus, clip.same_as)
                _write(Path(root, corpus, clip.path), original.read_bytes())
    return planned


def _content(job: Job) -> bytes:
    if split_path(job.clips[0].path)[1]:
        return pack_parquet([(clip, encode_file([clip])) for clip in job.clips], job.entry.parquet)
    return encode_file(job.clips)


def encode_file(clips: Sequence[Clip]) -> bytes:
    """Content of a file: its clips spoken and stored, or whatever lies there in their stead.

    Raises:
        UsageError: A clip of a recording is longer than its slot.
    """
    first = clips[0]
    if first.content == "lfs_pointer":
        digest = hashlib.sha256(first.path.encode()).hexdigest()
        lines = ("version https://git-lfs.github.com/spec/v1", f"oid sha256:{digest}", "size 75422")
        return "".join(f"{line}\n" for line in lines).encode()
    samples = np.concatenate([_sound(clip) for clip in clips])
    return store(samples, first.rate, first.channels, first.format)


def _sound(clip: Clip) -> Samples:
    """Samples of one clip, filled up to its slot if it lies in a recording."""
    if clip.content == "silence":
        return np.zeros(round(_SILENCE * clip.rate))
    samples = speak(clip.sentence, clip.voice, clip.manner, clip.seed, clip.rate) + clip.offset
    if clip.start is None:
        return samples
    length = round(clip.slot * clip.rate)
    if len(samples) > length:
        raise UsageError(
            f"{clip.path}: {clip.sentence!r} lasts {len(samples) / clip.rate:.1f} s, longer than "
            f"its slot of {clip.slot:g} s: shorten it, or give the stand-in a longer `slot`"
        )
    return np.pad(samples, (0, length - len(samples)))


def _write_files(jobs: Sequence[Job], console: Console | None) -> None:
    """Speaks the clips of files, as many at once as there are processors."""
    progress = Progress(
        TextColumn("speaking"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("files"),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=console is None or not console.is_terminal,
    )
    pool = ThreadPoolExecutor(os.cpu_count() or 1)
    try:
        with progress:
            written = pool.map(lambda job: _write(job.path, _content(job)), jobs)
            for _ in progress.track(written, total=len(jobs)):
                pass
    finally:
        pool.shutdown(cancel_futures=True)


def _write(path: Path, content: bytes) -> None:
    """Writes a file unless it holds just that; a half-written file never bears its name."""
    if path.is_file() and path.read_bytes() == content:
        return
    write_atomic(path, content)
