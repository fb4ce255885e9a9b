"""Live progress of a local build: workers add to files of their own, the driver sums them up."""

import json
import os
import time
import uuid
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_INTERVAL = 0.2  # s between two writes of one worker


@dataclass(frozen=True, slots=True)
class Counts:
    """What has been done so far.

    Attributes:
        found: Utterances indexed and fit to be written; fewer again as copies turn up.
        done: Utterances whose audio was worked on.
        reused: Utterances whose audio an earlier run had written.
        seconds: Of audio written.
        corpora: The same of every corpus.
    """

    found: int = 0
    done: int = 0
    reused: int = 0
    seconds: float = 0.0
    corpora: Mapping[str, "Counts"] = field(default_factory=dict, compare=False)

    @property
    def over(self) -> int:
        """Utterances that need no more work."""
        return self.done + self.reused


class Progress:
    """Counts of one worker, written to a file that the driver reads; silent without a folder.

    Sent to a worker, it starts from zero under a name of its own. A worker makes one shard at a
    time.
    """

    def __init__(self, folder: str | None = None) -> None:
        self.folder = folder
        self._corpora: dict[str, _Sum] = {}
        self._written = 0.0
        self._file = uuid.uuid4().hex
        self._descriptor: int | None = None
        self._length = 0

    def found(self, corpus: str, utterances: int) -> None:
        """Counts utterances that the index found."""
        self._sum(corpus).found += utterances
        self._write()

    def done(self, corpus: str, seconds: float) -> None:
        """Counts one utterance whose audio was worked on: its length in s, 0 where rejected."""
        mine = self._sum(corpus)
        mine.done += 1
        mine.in_shard += 1
        mine.seconds += seconds
        if time.monotonic() - self._written >= _INTERVAL:
            self._write()

    def completed(self, corpus: str, utterances: int, reused: int) -> None:
        """Counts a shard that is complete.

        Args:
            corpus: Its corpus.
            utterances: Those planned for it that were fit to be written. Some may have turned out
                to be copies, or to have been rejected by an earlier run: they are found no longer.
            reused: How many of them needed no audio.
        """
        mine = self._sum(corpus)
        mine.reused += reused
        mine.found -= utterances - mine.in_shard - reused
        mine.in_shard = 0
        self._write()

    def _sum(self, corpus: str) -> "_Sum":
        return self._corpora.get(corpus) or self._corpora.setdefault(corpus, _Sum())

    def _write(self) -> None:
        if self.folder is not None:
            self._written = time.monotonic()
            sums = {
                corpus: [mine.found, mine.done, mine.reused, mine.seconds]
                for corpus, mine in self._corpora.items()
            }
            self._overwrite(json.dumps(sums).encode())

    def _overwrite(self, content: bytes) -> None:
        # In place: renamed over another, as one would, a file is first flushed to disk by ext4.
        if self._descriptor is None:
            path = Path(self.folder or "", self._file)
            self._descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
        self._length = max(self._length, len(content))
        os.pwrite(self._descriptor, content.ljust(self._length), 0)

    def __reduce__(self) -> tuple[type["Progress"], tuple[str | None]]:
        return Progress, (self.folder,)


def read_progress(folder: str) -> Counts:
    """Sum over all workers."""
    parts: dict[str, list[Counts]] = {}
    for file in Path(folder).iterdir():
        for corpus, numbers in _read(file).items():
            parts.setdefault(corpus, []).append(Counts(*numbers))
    corpora = {corpus: _add(counts) for corpus, counts in sorted(parts.items())}
    return _add(corpora.values(), corpora)


def _read(file: Path) -> dict[str, Any]:
    for _ in range(3):
        with suppress(ValueError):  # read while it was overwritten
            counts: dict[str, Any] = json.loads(file.read_bytes())
            return counts
    return {}


@dataclass(slots=True)
class _Sum:
    """What one worker has done of one corpus; plain numbers, since every clip adds to them."""

    found: int = 0
    done: int = 0
    reused: int = 0
    seconds: float = 0.0
    in_shard: int = 0


def _add(counts: Iterable[Counts], corpora: Mapping[str, Counts] | None = None) -> Counts:
    parts = list(counts)
    return Counts(
        sum(part.found for part in parts),
        sum(part.done for part in parts),
        sum(part.reused for part in parts),
        sum(part.seconds for part in parts),
        corpora or {},
    )
