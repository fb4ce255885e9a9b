"""Live progress of a local build: workers add to files of their own, the driver sums them up."""

import time
import uuid
from dataclasses import astuple, dataclass, replace
from pathlib import Path

_INTERVAL = 0.2  # s between two writes of one worker


@dataclass(frozen=True, slots=True)
class Counts:
    """What has been done so far.

    Attributes:
        found: Utterances indexed and fit to be written.
        done: Utterances whose audio was worked on.
        reused: Utterances whose audio an earlier run had written.
        seconds: Of audio written.
    """

    found: int = 0
    done: int = 0
    reused: int = 0
    seconds: float = 0.0


class Progress:
    """Counts of one worker, written to a file that the driver reads; silent without a folder.

    Sent to a worker, it starts from zero under a name of its own.
    """

    def __init__(self, folder: str | None = None) -> None:
        self.folder = folder
        self._mine = Counts()
        self._written = 0.0
        self._file = uuid.uuid4().hex

    def found(self, utterances: int) -> None:
        """Counts utterances that the index found."""
        self._mine = replace(self._mine, found=self._mine.found + utterances)
        self._write()

    def done(self, seconds: float) -> None:
        """Counts one utterance whose audio was worked on: its length in s, 0 where rejected."""
        mine = self._mine
        self._mine = replace(mine, done=mine.done + 1, seconds=mine.seconds + seconds)
        if time.monotonic() - self._written >= _INTERVAL:
            self._write()

    def reused(self, utterances: int) -> None:
        """Counts what a shard needed no audio for; called once it is complete."""
        self._mine = replace(self._mine, reused=self._mine.reused + utterances)
        self._write()

    def _write(self) -> None:
        if self.folder is not None:
            self._written = time.monotonic()
            Path(self.folder, self._file).write_text(" ".join(map(str, astuple(self._mine))))

    def __reduce__(self) -> tuple[type["Progress"], tuple[str | None]]:
        return Progress, (self.folder,)


def read_progress(folder: str) -> Counts:
    """Sum over all workers."""
    total = Counts()
    for file in Path(folder).iterdir():
        words = file.read_text().split()
        if len(words) == 4:  # not in the middle of a write
            total = Counts(
                total.found + int(words[0]),
                total.done + int(words[1]),
                total.reused + int(words[2]),
                total.seconds + float(words[3]),
            )
    return total
