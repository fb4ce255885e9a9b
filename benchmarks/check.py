"""``exhubert check`` over all corpora at their published sizes: seconds and peak memory.

    python benchmarks/check.py

The trees are of empty files, hard links to one, since no audio is decoded: names and tables are
those of the demonstration's stand-ins. Where a corpus has more utterances than its stand-in has
names, the same tree stands again below further folders; those clips are found, read and joined like
all others, and end as copies.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

from demo.entry import StandIn, load_standin
from demo.plan import Clip, plan_standin
from demo.tables import table_files
from pipeline.common.errors import UsageError
from pipeline.specs.corpus_spec import CorpusSpec
from pipeline.specs.loader import load_specs

EMOSET_PP = 150_907
"""Utterances in all: as many as EmoSet++ has. Corpora without a published count share the rest."""


def main() -> None:
    specs = load_specs()
    known = sum(spec.expected.utterances or 0 for spec in specs)
    unknown = sum(spec.expected.utterances is None for spec in specs)
    with tempfile.TemporaryDirectory(prefix="exhubert-check-") as folder:
        started = time.perf_counter()
        for spec in specs:
            size = spec.expected.utterances or (EMOSET_PP - known) // unknown
            write_tree(Path(folder, spec.id), spec, size)
        made = time.perf_counter() - started
        command = [sys.executable, "-m", "exhubert", "check", "--data-root", folder]
        started = time.perf_counter()
        output = subprocess.run(
            [*command, "--allow-partial", "--json"], check=False, capture_output=True, text=True
        )
        seconds = time.perf_counter() - started
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    checks = json.loads(output.stdout)
    table = Table(title=f"exhubert check, {os.cpu_count()} cores, trees made in {made:.0f} s")
    for heading in ("corpora", "found", "usable", "copies", "rejected", "s", "peak MB", "clips/s"):
        table.add_column(heading, justify="right")
    found = sum(check["found"] for check in checks)
    table.add_row(
        str(len(checks)),
        f"{found:,}",
        f"{sum(check['usable'] for check in checks):,}",
        f"{sum(check['excluded'].get('copy', 0) for check in checks):,}",
        f"{sum(sum(check['rejected'].values()) for check in checks):,}",
        f"{seconds:.1f}",
        f"{memory:,.0f}",
        f"{found / seconds:,.0f}",
    )
    Console(width=100).print(table)


def write_tree(root: Path, spec: CorpusSpec, utterances: int) -> None:
    """Lays out a corpus of so many utterances, as its archive does."""
    entry = load_standin(spec.id)
    clips = plan_largest(entry, spec, utterances)
    for name, content in table_files(entry, clips).items():
        write(root / name, content)
    empty = root / ".empty"
    write(empty, b"")
    left, copy = utterances, 0
    while left > 0:
        top = root / f"more {copy:04d}" if copy else root
        for clip in clips[:left]:
            path = top / clip.path
            path.parent.mkdir(parents=True, exist_ok=True)
            if not path.exists():  # several clips may share a recording
                os.link(empty, path)
        left -= len(clips)
        copy += 1
    empty.unlink()


def plan_largest(entry: StandIn, spec: CorpusSpec, utterances: int) -> list[Clip]:
    """As many clips as wanted, or about as many as the stand-in has names for."""
    while True:
        try:
            return plan_standin(entry, spec, utterances)
        except UsageError:
            utterances = utterances * 9 // 10


def write(path: Path, content: bytes) -> None:
    """Writes a file, its folders included."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


if __name__ == "__main__":
    main()
