"""What a second build costs: nothing changed, something changed, or the first one was killed.

    python benchmarks/restart.py --clips 4000 --kills 5

Makes two corpora of short noises, builds them, and then builds again after each of five changes;
says how many clips were decoded and reused, how many shards were written, and the seconds. After
the killed build the data must be the bytes of one that was never interrupted, with nothing else.
"""

import argparse
import contextlib
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
from noises import SPEC, digests
from rich.console import Console
from rich.table import Table

from pipeline.dataset.run_log import read_runs

SPEAKERS = 20


@dataclass(frozen=True)
class Outcome:
    """What a build did."""

    decoded: int
    reused: int
    shards: int
    seconds: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clips", type=int, default=4_000, help="in both corpora together")
    parser.add_argument("--kills", type=int, default=5, help="how often the killed build is killed")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--seed", type=int, default=0, help="of the moments of the kills")
    args = parser.parse_args()
    table = Table(title=f"{args.clips:,} clips of 1 s, {args.jobs} processes")
    for heading in ("build", "decoded", "reused", "shards written", "s"):
        table.add_column(heading, justify="left" if heading == "build" else "right")
    with tempfile.TemporaryDirectory(prefix="exhubert-restart-") as folder:
        workspace = Workspace(Path(folder), args.jobs)
        workspace.write_corpus("noises", args.clips // 2, seed=1)
        row(table, "first", workspace.build("noises"))
        row(table, "again, nothing changed", workspace.build("noises"))
        workspace.write_corpus("hisses", args.clips - args.clips // 2, seed=2)
        row(table, "a corpus added", workspace.build("noises", "hisses"))
        spec = workspace.spec("noises")
        spec.write_text(spec.read_text().replace("ang: anger", "ang: irritation"))
        row(table, "a label map changed", workspace.build("noises", "hisses"))
        write_clip(workspace.clips("hisses")[0], seed=-1)
        row(table, "a file changed", workspace.build("noises", "hisses"))
        random.seed(args.seed)
        outcome, killed = workspace.build_killed(args.kills, "noises", "hisses")
        row(table, f"after {killed} kills", outcome)
        equal = digests(workspace.output) == digests(workspace.broken)
    Console(width=100).print(table)
    print("killed and uninterrupted build:", "the same bytes" if equal else "DIFFERENT")
    sys.exit(0 if equal else 1)


def row(table: Table, build: str, outcome: Outcome) -> None:
    table.add_row(
        build,
        f"{outcome.decoded:,}",
        f"{outcome.reused:,}",
        f"{outcome.shards:,}",
        f"{outcome.seconds:.1f}",
    )


@dataclass(frozen=True)
class Workspace:
    """Corpora and datasets of a benchmark."""

    root: Path
    jobs: int

    @property
    def output(self) -> Path:
        """The dataset that nobody interrupts."""
        return self.root / "dataset"

    @property
    def broken(self) -> Path:
        """The dataset whose build is killed."""
        return self.root / "broken"

    def spec(self, corpus: str) -> Path:
        """Spec file of a corpus."""
        return self.root / f"{corpus}.yaml"

    def clips(self, corpus: str) -> list[Path]:
        """Audio files of a corpus."""
        return sorted((self.root / corpus / "wav").iterdir())

    def write_corpus(self, corpus: str, clips: int, seed: int) -> None:
        """Writes a corpus of noises and its spec."""
        self.spec(corpus).write_text(SPEC.format(corpus=corpus))
        (self.root / corpus / "wav").mkdir(parents=True)
        for number in range(clips):
            speaker, emotion = number % SPEAKERS, ("ang", "neu", "hap")[number // SPEAKERS % 3]
            name = f"s{speaker:02d}_{emotion}_{number}.wav"
            write_clip(self.root / corpus / "wav" / name, seed=seed * 1_000_000 + number)

    def command(self, output: Path, *corpora: str) -> list[str]:
        """The command that builds some corpora."""
        specs = [str(self.spec(corpus)) for corpus in corpora]
        roots = [f"{corpus}={self.root / corpus}" for corpus in corpora]
        command = [sys.executable, "-m", "exhubert", "build", "--spec", *specs, "--root", *roots]
        return [*command, "--output", str(output), "--jobs", str(self.jobs), "--json"]

    def build(self, *corpora: str, output: Path | None = None) -> Outcome:
        """Builds, and reads from the log what was done."""
        output = output or self.output
        before = stamps(output)
        subprocess.run(self.command(output, *corpora), check=True, stdout=subprocess.DEVNULL)
        run = read_runs(str(output))[-1]
        return Outcome(
            sum(part.decoded or 0 for part in run.corpora.values()),
            sum(part.reused or 0 for part in run.corpora.values()),
            len(stamps(output).items() - before.items()),
            run.seconds or 0.0,
        )

    def build_killed(self, kills: int, *corpora: str) -> tuple[Outcome, int]:
        """Starts a build and kills it, process group and all, then lets one come to its end.

        Moments are drawn within the writing of shards: after so many of them, at any time until
        the next.
        """
        killed = 0
        shards = len(list(self.output.glob("data/*/*.parquet")))
        for _ in range(kills):
            until = random.randrange(max(1, shards))
            process = subprocess.Popen(
                self.command(self.broken, *corpora),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
            while process.poll() is None and len(stamps(self.broken)) < until:
                time.sleep(0.01)
            time.sleep(random.uniform(0, 1))
            killed += process.poll() is None
            kill_group(process)
        return self.build(*corpora, output=self.broken), killed


def kill_group(process: "subprocess.Popen[bytes]") -> None:
    """Kills a process that leads a group, and all that it started."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def write_clip(path: Path, seed: int) -> None:
    noise = np.random.default_rng(abs(seed)).normal(0, 0.1, 16_000)
    soundfile.write(path, noise if seed >= 0 else noise[:12_000], 16_000)


def stamps(dataset: Path) -> dict[Path, int]:
    """When each shard was written."""
    return {file: file.stat().st_mtime_ns for file in dataset.glob("data/*/[!.]*.parquet")}


if __name__ == "__main__":
    main()
