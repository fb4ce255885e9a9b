"""``exhubert build`` against a bare pool of processes and against what others would write.

    python benchmarks/build.py                       # 20,000 wavs, stored as FLAC: about 30 minutes
    python benchmarks/build.py --container mixed --codec wav --only pool exhubert

``pip install -e '.[benchmarks]'`` first; torchcodec, by which datasets decodes, needs FFmpeg, too.

Each contestant turns the same tree of clips into 16 kHz shards, smaller tree and larger tree in
turn, several rounds, of which the medians count. Speed is the slope between the two trees, so that
start-up does not blur it; start-up is what the slope leaves of the smaller one. The pool is the
limit of the machine: it does nothing but decode, resample, normalise, encode and write, without
checksums, labels or splits. ``TMPDIR=/dev/shm`` keeps the speed of the disk out of it.
"""

import argparse
import os
import platform
import shutil
import statistics
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import soundfile
from processes import Run, time_command
from rich.console import Console
from rich.progress import track
from rich.table import Table
from tree import write_tree

CONTESTANTS = ("pool", "exhubert", "datasets", "datasets-map", "lhotse")
LIBRARIES = ("apache-beam", "pyarrow", "soundfile", "soxr", "datasets", "torchcodec", "lhotse")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--files", type=int, default=20_000, help="of the larger tree (20,000)")
    parser.add_argument("--fraction", type=int, default=4, help="larger : smaller tree (4)")
    parser.add_argument("--container", default="wav", choices=["wav", "flac", "mp3", "mixed"])
    parser.add_argument("--codec", default="flac", choices=["flac", "wav"], help="as stored")
    parser.add_argument("--rounds", type=int, default=3, help="of which the median counts (3)")
    parser.add_argument("--jobs", type=int, default=2, help="worker processes (2)")
    parser.add_argument("--only", nargs="+", default=CONTESTANTS, choices=CONTESTANTS)
    parser.add_argument("--trees", type=Path, help="keep the trees here, and use what is there")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="exhubert-build-") as scratch:
        trees = args.trees or Path(scratch)
        sizes = [args.files // args.fraction, args.files]
        sources = [trees / f"{args.container}-{size}" / "babble" for size in sizes]
        for source, size in zip(sources, sizes, strict=True):
            write_tree(source, size, args.container)
        seconds = [read_through(source) for source in sources]
        turns = [(who, n) for _ in range(args.rounds) for n in (0, 1) for who in args.only]
        runs: dict[str, tuple[list[Run], list[Run]]] = {who: ([], []) for who in args.only}
        for who, number in track(turns, "running", console=Console(stderr=True)):
            output = Path(scratch, "output")
            command = build_command(who, sources[number], output, args.codec, args.jobs)
            runs[who][number].append(time_command(command))
            shutil.rmtree(output)
    print_table(args, sizes, seconds[1] / args.files, runs)


def read_through(source: Path) -> float:
    """Brings a tree into the page cache; gives its length in s."""
    seconds = 0.0
    for path in source.rglob("*.*"):
        path.read_bytes()
        info = soundfile.info(path)
        seconds += info.frames / info.samplerate
    return seconds


def build_command(who: str, source: Path, output: Path, codec: str, jobs: int) -> list[str]:
    """The command line of a contestant."""
    if who != "exhubert":
        script = Path(__file__).with_name("contestants.py")
        return [sys.executable, str(script), who, str(source), str(output), codec, str(jobs)]
    return [
        *(sys.executable, "-m", "exhubert", "build", "--spec", f"{source}.yaml"),
        *("--root", f"babble={source}", "--output", str(output)),
        *("--codec", codec, "--jobs", str(jobs), "--json"),
    ]


def print_table(
    args: argparse.Namespace,
    sizes: list[int],
    clip: float,
    runs: dict[str, tuple[list[Run], list[Run]]],
) -> None:
    """One line a contestant; ratios to the pool are those of the slopes."""
    table = Table(
        title=f"{args.container} → {args.codec}, {args.jobs} processes on {os.cpu_count()} cores"
    )
    for heading in (
        *("", "clips/s", "× real time", "to the pool", "CPU µs a clip", "start-up s"),
        "peak MB, small",
    ):
        table.add_column(heading, justify="right" if heading else "left")
    table.add_column("large", justify="right")
    speeds = {}
    for who, (small, large) in runs.items():
        few, many = (statistics.median(run.seconds for run in part) for part in (small, large))
        cpu = [statistics.median(run.cpu for run in part) for part in (small, large)]
        speeds[who] = (sizes[1] - sizes[0]) / (many - few)
        memory = [max(run.memory for run in part) / 1e6 for part in (small, large)]
        ratio = f"{speeds[who] / speeds['pool']:.2f}" if "pool" in speeds else ""
        table.add_row(
            who,
            f"{speeds[who]:,.0f}",
            f"{speeds[who] * clip:,.0f}",
            ratio,
            f"{1e6 * (cpu[1] - cpu[0]) / (sizes[1] - sizes[0]):,.0f}",
            f"{few - sizes[0] / speeds[who]:.1f}",
            *(f"{megabytes:,.0f}" for megabytes in memory),
        )
    console = Console(width=100)
    console.print(table)
    console.print(
        f"Slopes between {sizes[0]:,} and {sizes[1]:,} clips of {clip:.2f} s on average, medians "
        f"of {args.rounds} rounds. Python {platform.python_version()}, " + ", ".join(_versions())
    )


def _versions() -> Iterator[str]:
    for name in LIBRARIES:
        with suppress(PackageNotFoundError):  # not everyone measures the others
            yield f"{name} {version(name)}"


if __name__ == "__main__":
    main()
