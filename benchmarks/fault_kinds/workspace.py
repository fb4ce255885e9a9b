"""A small corpus, the dataset of a build that nothing disturbed, and what became of another one."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Self

import numpy as np
import soundfile

from benchmarks.noises import SPEC, digests

LIMIT = 120
"""Seconds that a command may take; one that takes longer hangs."""


_STATE_THE_VERSION = ("manifest.json", "README.md", "croissant.json")


@dataclass(frozen=True)
class Ending:
    """How a command ended: its exit status, None for one that hung, and what it said."""

    status: int | None
    said: str

    @property
    def is_told(self) -> bool:
        """Whether a failure was told in words."""
        return bool(self.status) and "error:" in self.said and "Traceback" not in self.said


@dataclass(frozen=True)
class Trial:
    """One fault: what was done, and whether what stands at the end is right."""

    name: str
    survived: bool
    remark: str = ""


@dataclass(frozen=True)
class Workspace:
    """A folder to break things in.

    Attributes:
        root: It.
        clips: Of the corpus.
        jobs: Worker processes of each build.
        options: Of every build, such as those of a store.
        whole: Checksums of the dataset of a build that nothing disturbed.
    """

    root: Path
    clips: int
    jobs: int
    options: tuple[str, ...] = ()
    whole: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def make(cls, root: Path, clips: int = 120, jobs: int = 2) -> Self:
        """Writes the corpus and builds it."""
        workspace = cls(root, clips, jobs)
        workspace.write_corpus("noises", 1)
        ending = workspace.run(workspace.build(root / "whole"))
        if ending.status != 0:
            raise RuntimeError(f"the build that nothing disturbs failed: {ending.said}")
        return replace(workspace, whole=digests(root / "whole"))

    def write_corpus(self, corpus: str, seed: int) -> None:
        """Writes a corpus of noises and its spec."""
        (self.root / f"{corpus}.yaml").write_text(SPEC.format(corpus=corpus))
        (self.root / corpus / "wav").mkdir(parents=True)
        rng = np.random.default_rng(seed)
        for number in range(self.clips):
            name = f"s{number % 12:02d}_{('ang', 'neu', 'hap')[number // 12 % 3]}_{number}.wav"
            file = self.root / corpus / "wav" / name
            soundfile.write(file, rng.normal(0, 0.1, 8_000), 16_000)

    def build(
        self, output: Path | str, corpus: str = "noises", root: str | None = None
    ) -> list[str]:
        """The words of a build."""
        spec = str(self.root / f"{corpus}.yaml")
        where = f"{corpus}={root or self.root / corpus}"
        words = ["build", "--spec", spec, "--root", where, "--output", str(output), "--json"]
        return [*words, "--jobs", str(self.jobs), *self.options]

    def start(self, words: Sequence[str], program: Sequence[str] = ("-m", "exhubert")) -> "Command":
        """Starts a command, at the head of a process group."""
        return Command(
            subprocess.Popen(
                [sys.executable, *program, *words],
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                start_new_session=True,
            )
        )

    def run(self, words: Sequence[str], program: Sequence[str] = ("-m", "exhubert")) -> Ending:
        """Runs a command to its end."""
        return self.start(words, program).end()

    def fresh(self, name: str) -> Path:
        """A folder for a dataset, with nothing in it."""
        shutil.rmtree(self.root / name, ignore_errors=True)
        return self.root / name

    def is_whole(self, output: Path, another_edition: bool = False) -> bool:
        """Whether a dataset is, byte by byte, that of the build that nothing disturbed.

        Args:
            output: The dataset.
            another_edition: Whether it was finished before, with fewer clips: what states its
                version may differ then.
        """
        found, whole = digests(output), dict(self.whole)
        if another_edition:
            for name in _STATE_THE_VERSION:
                found.pop(name), whole.pop(name)
        return found == whole

    def judge(self, name: str, first: Ending, output: Path) -> Trial:
        """Whether a build told of what it met, and one more made the dataset whole."""
        if first.status is None:
            return Trial(name, False, "hung")
        if first.status == 0 and not self.is_whole(output):
            return Trial(name, False, "exit 0 with other bytes")
        if first.status > 0 and not first.is_told:
            return Trial(name, False, f"exit {first.status}: {first.said[-200:]}")
        finished = Path(output, "manifest.json").exists()
        again = self.run(self.build(output))
        mended = again.status == 0 and self.is_whole(output, another_edition=finished)
        return Trial(name, mended, "" if mended else f"not mended: {again.said[-200:]}")


@dataclass(frozen=True)
class Command:
    """A command that runs."""

    process: "subprocess.Popen[bytes]"

    @property
    def is_running(self) -> bool:
        """Whether it has not come to its end."""
        return self.process.poll() is None

    def end(self, limit: float = LIMIT) -> Ending:
        """Waits for its end; what hangs is killed, and so is what it leaves behind."""
        try:
            _, said = self.process.communicate(timeout=limit)
            return Ending(self.process.returncode, said.decode(errors="replace"))
        except subprocess.TimeoutExpired:
            self.kill()
            return Ending(None, "")
        finally:
            self.kill()

    def kill(self, number: int = signal.SIGKILL) -> None:
        """Sends a signal to all of its processes."""
        try:
            os.killpg(self.process.pid, number)
        except ProcessLookupError:
            return


Kind = Callable[[Workspace, int], list[Trial]]
"""Tries one kind of fault as often as is said, or as often as there are ways of it."""
