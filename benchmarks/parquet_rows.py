"""Clips in the rows of a Parquet file, of three splits in turn: bytes read, CPU and memory.

    python benchmarks/parquet_rows.py                  # row groups of 100, as hubs write them
    python benchmarks/parquet_rows.py --group 1000
    python benchmarks/parquet_rows.py --group 100000   # one row group: what Arrow writes unasked

The loop reads the file once, in batches, and writes one Parquet file; the writer is what a worker
of a build does, from the listing to the shards.
"""

import argparse
import io
import json
import tempfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import soundfile
from long_recordings import convert
from reading import measure, run, write_dataset
from rich.console import Console
from rich.table import Table
from tree import babble

SPEC = """
id: rows
name: Clips in Parquet of the benchmarks
languages: [en]
kind: acted
licence: {name: CC0-1.0, redistribute: true}
access: {how: open}
citation: none
parquet: {files: "*.parquet", take: [emotion, speaker]}
emotions: {ang: anger, hap: happiness, neu: neutral, sad: sadness}
splits: {by: speaker}
expected: {source: this benchmark}
"""
SPEAKERS = 40


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=3_000, help="(3,000)")
    parser.add_argument("--group", type=int, default=100, help="rows of a row group (100)")
    parser.add_argument("--seconds", type=float, default=3.0, help="of each clip (3)")
    parser.add_argument("--work", nargs=3, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.work:
        print(json.dumps(measure({"loop": run_loop, "writer": write_dataset}, *args.work)))
        return
    with tempfile.TemporaryDirectory(prefix="exhubert-rows-") as scratch:
        root = Path(scratch, "rows")
        write_rows(root, args)
        stored = (root / "train.parquet").stat().st_size
        table = Table(
            title=f"{args.rows:,} clips in row groups of {args.group:,}, {stored / 1e6:,.0f} MB"
        )
        for heading in ("", "bytes read : file", "CPU s", "to the loop", "peak MB"):
            table.add_column(heading, justify="right" if heading else "left")
        loop = None
        for who in ("loop", "writer"):
            done = run(__file__, who, root, Path(scratch, who))
            loop = loop or done["cpu"]
            table.add_row(
                who, f"{done['read'] / stored:.2f}", f"{done['cpu']:.1f}",
                f"{done['cpu'] / loop:.2f}", f"{done['peak'] / 1e6:,.0f}",
            )  # fmt: skip
        Console(width=100).print(table)


def write_rows(root: Path, args: argparse.Namespace) -> None:
    """The Parquet file, and the spec beside its folder; speakers take turns."""
    root.mkdir()
    root.with_name("rows.yaml").write_text(SPEC)
    voice = babble(16_000)
    dice = np.random.default_rng(0)
    rows = []
    for number in range(args.rows):
        start = dice.integers(len(voice) - round(args.seconds * 16_000))
        clip = voice[start : start + round(args.seconds * 16_000)] * dice.uniform(0.3, 1.0)
        buffer = io.BytesIO()
        soundfile.write(buffer, clip, 16_000, format="WAV")
        rows.append(
            {
                "audio": {"bytes": buffer.getvalue(), "path": f"{number:06d}.wav"},
                "emotion": ("ang", "hap", "neu", "sad")[number % 4],
                "speaker": f"s{dice.integers(SPEAKERS)}",
            }
        )
    table = pa.Table.from_pylist(rows)
    pq.write_table(table, root / "train.parquet", row_group_size=args.group, use_dictionary=False)


def run_loop(root: Path, output: Path) -> None:
    """The plain loop."""
    made = []
    file = pq.ParquetFile(root / "train.parquet", buffer_size=4 << 20)
    for batch in file.iter_batches(8):
        for row in batch.to_pylist():
            samples, rate = soundfile.read(
                io.BytesIO(row["audio"]["bytes"]), dtype="int16", always_2d=True
            )
            made.append(row | {"audio": {"bytes": convert(samples, rate)}})
    pq.write_table(pa.Table.from_pylist(made), output.with_suffix(".parquet"))


if __name__ == "__main__":
    main()
