"""Stand-ins, on disk: speaks the planned clips and writes them as the corpora store theirs."""

import csv
import hashlib
import io
import os
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import soundfile
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from demo.effects import Samples
from demo.entry import StandIn, StandInTable, choose, load_standins
from demo.plan import Clip, plan_standin
from demo.voices import require_voices, speak
from pipeline.errors import UsageError
from pipeline.specfile import builtin_file, load_spec, suggest

_SILENCE = 2.0  # s


def standin_ids() -> list[str]:
    """Ids of the corpora that have a stand-in, sorted."""
    return sorted(load_standins())


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
        clips_per_corpus: How many clips; by default as many as ``standins.yaml`` says.
        console: Where progress is shown; nowhere by default.

    Returns:
        The clips of each corpus, by id.

    Raises:
        UsageError: A corpus has no stand-in, or the voice library is missing.
    """
    require_voices()
    known = standin_ids()
    for corpus in corpora or ():
        if corpus not in known:
            raise UsageError(
                f"there is no stand-in of {corpus!r}{suggest(corpus, known)} "
                f"Known: {', '.join(known)}."
            )
    planned: dict[str, list[Clip]] = {}
    for corpus in sorted(corpora or known):
        entry, spec = load_standins()[corpus], load_spec(builtin_file(corpus))
        planned[corpus] = plan_standin(entry, spec, clips_per_corpus)
        _write_tables(Path(root, corpus), entry, planned[corpus])
    jobs = [
        (Path(root, corpus), clip)
        for corpus, clips in planned.items()
        for clip in clips
        if not clip.same_as
    ]
    _write_clips(jobs, console)
    for corpus, clips in planned.items():
        for clip in clips:
            if clip.same_as:
                original = Path(root, corpus, clip.same_as)
                _write(Path(root, corpus, clip.path), original.read_bytes())
    return planned


def encode_clip(clip: Clip) -> bytes:
    """Content of a clip's file: the clip spoken and stored, or whatever lies there in its stead."""
    if clip.content == "lfs_pointer":
        digest = hashlib.sha256(clip.path.encode()).hexdigest()
        lines = ("version https://git-lfs.github.com/spec/v1", f"oid sha256:{digest}", "size 75422")
        return "".join(f"{line}\n" for line in lines).encode()
    if clip.content == "silence":
        samples: Samples = np.zeros(round(_SILENCE * clip.rate))
    else:
        samples = speak(clip.sentence, clip.voice, clip.manner, clip.seed, clip.rate) + clip.offset
    stream = io.BytesIO()
    soundfile.write(stream, _spread(clip, samples), clip.rate, "PCM_16", format=clip.format)
    return stream.getvalue()


def write_table(table: StandInTable, clips: Iterable[Clip]) -> str:
    """Text of a table, one row a clip or a speaker."""
    stream = io.StringIO()
    writer = csv.writer(
        stream,
        delimiter=table.separator,
        lineterminator="\n",
        quoting=csv.QUOTE_ALL if table.quoted else csv.QUOTE_MINIMAL,
    )
    writer.writerow(table.columns)
    rows = list(clips) if table.each == "clip" else {clip.speaker: clip for clip in clips}.values()
    for number, clip in enumerate(rows, 1):
        fields = {**clip.fields, "row": str(number)}
        writer.writerow([choose(column, fields) for column in table.columns.values()])
    return stream.getvalue()


def _write_clips(jobs: Sequence[tuple[Path, Clip]], console: Console | None) -> None:
    """Speaks clips, as many at once as there are processors."""
    progress = Progress(
        TextColumn("speaking"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("clips"),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=console is None or not console.is_terminal,
    )
    pool = ThreadPoolExecutor(os.cpu_count() or 1)
    try:
        with progress:
            written = pool.map(lambda job: _write(job[0] / job[1].path, encode_clip(job[1])), jobs)
            for _ in progress.track(written, total=len(jobs)):
                pass
    finally:
        pool.shutdown(cancel_futures=True)


def _write_tables(folder: Path, entry: StandIn, clips: Sequence[Clip]) -> None:
    for name, table in entry.tables.items():
        _write(folder / name, write_table(table, clips).encode())


def _write(path: Path, content: bytes) -> None:
    """Writes a file unless it holds just that; a half-written file never bears its name."""
    if path.is_file() and path.read_bytes() == content:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.part")
    part.write_bytes(content)
    part.replace(path)


def _spread(clip: Clip, samples: Samples) -> Samples:
    """Samples of shape ``(samples,)``, or ``(samples, 2)`` for two channels."""
    if clip.channels == "mono":
        return samples
    if clip.channels == "dual":
        return np.stack([samples, samples], axis=1)
    late = round(0.0002 * clip.rate)  # the second microphone: 7 cm farther, 1 dB less
    return np.stack([samples, 0.89 * np.pad(samples, (late, 0))[: len(samples)]], axis=1)
