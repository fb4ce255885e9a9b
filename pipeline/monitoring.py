"""Reports of a local build's workers through files: progress, and the current clip of each.

Each worker writes to files of its own. The driver sums the progress up; the clip explains the death
of a worker.
"""

import json
import os
import threading
import time
import uuid
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

STATUS_FILE_ENV = "EXHUBERT_STATUS_FILE"
"""Environment variable that names the file in which a worker notes its clip."""

_INTERVAL = 0.2  # s between two writes of one worker
_STATUS_LENGTH = 4_096  # bytes; each text overwrites the one before


@dataclass(frozen=True, slots=True)
class BuildProgress:
    """Progress of a build.

    Attributes:
        found: Utterances indexed and fit to be written; decreases when copies are found.
        done: Utterances whose audio was worked on.
        reused: Utterances whose audio an earlier run had written.
        seconds: Seconds of audio written.
        corpora: The same of every corpus.
        waiting: Messages about what the build waits for.
        failed: Utterances of those done whose audio can't be used.
    """

    found: int = 0
    done: int = 0
    reused: int = 0
    seconds: float = 0.0
    corpora: Mapping[str, "BuildProgress"] = field(default_factory=dict, compare=False)
    waiting: tuple[str, ...] = field(default=(), compare=False)
    failed: int = 0

    @property
    def finished(self) -> int:
        """Utterances that need no more work."""
        return self.done + self.reused

    @property
    def decoded(self) -> int:
        """Utterances whose audio was decoded and can be used."""
        return self.done - self.failed


class ProgressWriter:
    """Counts of one worker, written to a file that the driver reads; without a folder, nowhere.

    Each copy sent to a worker starts from zero, with a file of its own. A worker makes one pass
    through files at a time, for one shard or several.
    """

    def __init__(self, folder: str | None = None) -> None:
        self.folder = folder
        self._corpora: dict[str, _CorpusCounts] = {}
        self._waiting = ""
        self._writing = threading.Lock()  # prefetching threads report what they wait for
        self._written = 0.0
        self._file = uuid.uuid4().hex
        self._descriptor: int | None = None
        self._length = 0

    def found(self, corpus: str, utterances: int) -> None:
        """Counts utterances that the index found."""
        self._of(corpus).found += utterances
        self._write()

    def done(self, corpus: str, seconds: float) -> None:
        """Counts one utterance whose audio was worked on: its length in s, 0 where rejected."""
        mine = self._of(corpus)
        mine.done += 1
        mine.in_pass += 1
        mine.seconds += seconds
        mine.failed += not seconds
        if time.monotonic() - self._written >= _INTERVAL:
            self._write()

    def completed(self, corpus: str, utterances: int, reused: int) -> None:
        """Counts the shards of one pass, when all of them are complete.

        Args:
            corpus: Their corpus.
            utterances: Those planned for them that were fit to be written. Some may have turned out
                to be copies, or to have been rejected by an earlier run: they are found no longer.
            reused: Number of them that needed no audio.
        """
        mine = self._of(corpus)
        mine.reused += reused
        mine.found -= utterances - mine.in_pass - reused
        mine.in_pass = 0
        self._write()

    def waiting(self, words: str) -> None:
        """Reports what this worker waits for; an empty message when that is over."""
        self._waiting = words
        with suppress(OSError):  # of a build that has ended meanwhile
            self._write()

    def _of(self, corpus: str) -> "_CorpusCounts":
        return self._corpora.get(corpus) or self._corpora.setdefault(corpus, _CorpusCounts())

    def _write(self) -> None:
        if self.folder is None:
            return
        with self._writing:
            self._written = time.monotonic()
            sums = {corpus: mine.totals() for corpus, mine in list(self._corpora.items())}
            document = {"corpora": sums, "waiting": self._waiting}
            self._overwrite(json.dumps(document).encode())

    def _overwrite(self, content: bytes) -> None:
        # In place: ext4 flushes a file to disk before it is renamed over another.
        if self._descriptor is None:
            path = Path(self.folder or "", self._file)
            self._descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
        self._length = max(self._length, len(content))
        os.pwrite(self._descriptor, content.ljust(self._length), 0)

    def __reduce__(self) -> tuple[type["ProgressWriter"], tuple[str | None]]:
        return ProgressWriter, (self.folder,)


def read_progress(folder: str) -> BuildProgress:
    """Sum over all workers."""
    parts: dict[str, list[BuildProgress]] = {}
    waiting = set()
    for file in Path(folder).iterdir():
        document = _read(file)
        for corpus, numbers in document.get("corpora", {}).items():
            parts.setdefault(corpus, []).append(BuildProgress(**numbers))
        waiting.add(document.get("waiting", ""))
    corpora = {corpus: _add(counts) for corpus, counts in sorted(parts.items())}
    return replace(_add(corpora.values(), corpora), waiting=tuple(sorted(waiting - {""})[:1]))


def _read(file: Path) -> dict[str, Any]:
    for _ in range(3):
        with suppress(ValueError):  # read while it was overwritten
            document: dict[str, Any] = json.loads(file.read_bytes())
            return document
    return {}


@dataclass(slots=True)
class _CorpusCounts:
    """Progress of one worker with one corpus; plain numbers, since every clip adds to them."""

    found: int = 0
    done: int = 0
    reused: int = 0
    seconds: float = 0.0
    failed: int = 0
    in_pass: int = 0

    def totals(self) -> dict[str, float]:
        """The counts, by the names of :class:`BuildProgress`."""
        return {
            "found": self.found,
            "done": self.done,
            "reused": self.reused,
            "seconds": self.seconds,
            "failed": self.failed,
        }


def _add(
    counts: Iterable[BuildProgress], corpora: Mapping[str, BuildProgress] | None = None
) -> BuildProgress:
    parts = list(counts)
    return BuildProgress(
        sum(part.found for part in parts),
        sum(part.done for part in parts),
        sum(part.reused for part in parts),
        sum(part.seconds for part in parts),
        corpora or {},
        failed=sum(part.failed for part in parts),
    )


def set_current_clip(text: str) -> None:
    """Notes the clip that comes next; does nothing in a process that was given no file."""
    file = _status_file()
    if file is not None:
        os.pwrite(file, text.encode()[:_STATUS_LENGTH].ljust(_STATUS_LENGTH), 0)


def read_current_clip(file: Path) -> str:
    """Content of a worker's file; empty if there is none."""
    return file.read_bytes().decode(errors="replace").strip() if file.exists() else ""


@cache
def _status_file() -> int | None:
    path = os.environ.get(STATUS_FILE_ENV)
    return os.open(path, os.O_WRONLY | os.O_CREAT) if path else None
