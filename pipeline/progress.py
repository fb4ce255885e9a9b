"""Live progress of a local build: workers add to files of their own, the driver sums them up."""

import os
import struct
import time
from dataclasses import dataclass, field
from pathlib import Path

_COUNTS = struct.Struct("<qqqd")
_INTERVAL = 0.2  # s between two writes of one worker


@dataclass(frozen=True, slots=True)
class Counts:
    """What all workers together have done so far.

    Attributes:
        found: Utterances indexed and fit to be written.
        done: Utterances whose audio was worked on.
        reused: Utterances in shards that an earlier run had written.
        seconds: Of audio written.
    """

    found: int = 0
    done: int = 0
    reused: int = 0
    seconds: float = 0.0


@dataclass
class Progress:
    """Counts of one worker, written to a file that the driver reads; silent without a folder."""

    folder: str | None = None
    _counts: list[float] = field(default_factory=lambda: [0, 0, 0, 0.0])
    _written: float = 0.0
    _worker: str = ""

    def found(self, utterances: int) -> None:
        """Counts utterances that the index found."""
        self._counts[0] += utterances
        self._write(now=True)

    def done(self, seconds: float) -> None:
        """Counts one utterance whose audio was worked on: its length in s, 0 where rejected."""
        self._counts[1] += 1
        self._counts[3] += seconds
        self._write()

    def reused(self, utterances: int) -> None:
        """Counts utterances of a shard that was there already."""
        self._counts[2] += utterances
        self._write(now=True)

    def flush(self) -> None:
        """Writes what was counted since the last write."""
        self._write(now=True)

    def _write(self, now: bool = False) -> None:
        if self.folder is None or (not now and time.monotonic() - self._written < _INTERVAL):
            return
        self._worker = self._worker or f"{os.getpid()}-{id(self)}"
        self._written = time.monotonic()
        found, done, reused, seconds = self._counts
        content = _COUNTS.pack(int(found), int(done), int(reused), seconds)
        Path(self.folder, self._worker).write_bytes(content)

    def __getstate__(self) -> dict[str, object]:
        return {"folder": self.folder, "_counts": [0, 0, 0, 0.0], "_written": 0.0, "_worker": ""}


def read_progress(folder: str) -> Counts:
    """Sum over all workers."""
    total = [0, 0, 0, 0.0]
    for file in Path(folder).iterdir():
        content = file.read_bytes()
        if len(content) == _COUNTS.size:  # not in the middle of a write
            total = [a + b for a, b in zip(total, _COUNTS.unpack(content), strict=True)]
    return Counts(int(total[0]), int(total[1]), int(total[2]), total[3])
