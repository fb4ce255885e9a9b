"""Everything of a build but its audio, at growing numbers of clips: time and memory.

    python benchmarks/scale.py                               # up to 1,000,000 clips
    python benchmarks/scale.py --clips 150907 5000000        # the larger tree takes 2 GB of folders

Files are listed, indexed, labelled, split, planned and gathered by shard on local workers, just as
``exhubert build`` does before it decodes. The trees are of empty files, hard links to a few.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

import apache_beam as beam
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.runners.runner import PipelineRunner
from processes import time_command
from rich.console import Console
from rich.table import Table
from tree import SPEC

from pipeline.audio.options import AudioOptions
from pipeline.beam.coders import spill_to
from pipeline.beam.transforms import AssignSplits, IndexCorpora
from pipeline.planning.batches import UtteranceBatch, group_by_shard
from pipeline.planning.build_config import BuildConfig, Corpus
from pipeline.running.local_runner import pool_runner
from pipeline.running.worker_pool import WorkerPool
from pipeline.specs.emotion_scheme import emotion_scheme
from pipeline.specs.loader import load_spec

CLIPS_PER_SPEAKER = 400


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clips", type=int, nargs="+", default=[20_000, 150_907, 1_000_000])
    parser.add_argument("--jobs", type=int, default=2, help="worker processes (2)")
    parser.add_argument("--trees", type=Path, help="keep the trees here, and use what is there")
    parser.add_argument("--plan", type=Path, help=argparse.SUPPRESS)  # what is timed
    args = parser.parse_args()
    if args.plan:
        plan(args.plan, args.jobs)
        return
    table = Table(title=f"Metadata alone, {args.jobs} processes on {os.cpu_count()} cores")
    for heading in ("clips", "shards", "s", "µs a clip", "peak MB"):
        table.add_column(heading, justify="right")
    with tempfile.TemporaryDirectory(prefix="exhubert-scale-") as scratch:
        for clips in args.clips:
            tree = (args.trees or Path(scratch)) / f"empty-{clips}"
            write_empty(tree / "babble", clips)
            command = [sys.executable, __file__, "--plan", str(tree), "--jobs", str(args.jobs)]
            run = time_command(command)
            placed, shards = map(int, run.output.split())
            assert placed == clips
            table.add_row(
                f"{clips:,}",
                f"{shards:,}",
                f"{run.seconds:.1f}",
                f"{1e6 * run.seconds / clips:.0f}",
                f"{run.memory / 1e6:,.0f}",
            )
    Console(width=100).print(table)


def plan(tree: Path, jobs: int) -> None:
    """Plans the corpus in a tree; prints how many clips and shards that gave."""
    corpus = Corpus(load_spec(tree / "babble.yaml"), str(tree / "babble"))
    build = BuildConfig({"babble": corpus}, emotion_scheme(), str(tree / "output"), AudioOptions())
    options = PipelineOptions([])
    with tempfile.TemporaryDirectory(prefix="exhubert-scale-") as scratch:
        pool = WorkerPool(jobs, Path(scratch))
        with pool_runner(pool, options) as runner, spill_to(scratch):
            count_placed(build, options, runner, f"{scratch}/sums")
        pool.kill()
        print(Path(scratch, "sums").read_text())


def count_placed(
    build: BuildConfig, options: PipelineOptions, runner: PipelineRunner, sums: str
) -> None:
    """Runs all steps before the first that decodes, and one that counts."""
    with beam.Pipeline(runner=runner, options=options) as pipeline:
        _ = (
            pipeline
            | IndexCorpora(build)
            | AssignSplits(build)
            | beam.GroupByKey()
            | beam.Map(count)
            | beam.combiners.ToList()
            | beam.Map(write_sums, sums)
        )


def count(gathered: tuple[str, Iterable[UtteranceBatch]]) -> tuple[int, int]:
    """Clips and shards that were gathered under one name."""
    shards = group_by_shard(gathered[1])
    return sum(map(len, shards.values())), len(shards)


def write_sums(counts: Sequence[tuple[int, int]], file: str) -> None:
    """Writes down the totals."""
    clips, shards = (sum(numbers) for numbers in zip(*counts, strict=True))
    Path(file).write_text(f"{clips} {shards}")


def write_empty(root: Path, clips: int) -> None:
    """Lays out so many names of clips."""
    if root.is_dir():
        return
    root.mkdir(parents=True)
    root.with_name("babble.yaml").write_text(SPEC)
    for number in range(clips):
        speaker = f"s{number // CLIPS_PER_SPEAKER:05d}"
        emotion = ("ang", "hap", "neu", "sad")[number % 4]
        path = root / speaker / f"{speaker}_{emotion}_{number:07d}.wav"
        if number % CLIPS_PER_SPEAKER == 0:  # a file takes only so many links
            path.parent.mkdir()
            path.touch()
            first = path
        else:
            os.link(first, path)


if __name__ == "__main__":
    main()
