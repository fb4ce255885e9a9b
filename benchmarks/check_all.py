"""``exhubert check`` over every corpus that has a spec, at its published size: seconds and memory.

    python benchmarks/check_all.py                 # all: some minutes, most of them to make files
    python benchmarks/check_all.py --share 0.1     # a tenth of each

A corpus is laid out from the examples of its spec: names of clips are theirs with other numbers,
rows of tables go with the names, and files are hard links to one, since no audio is decoded. Where
numbers can't be changed, or are too few, the same clips stand again below further folders, and end
as copies. Tables are CSV where the spec reads that, else Parquet, which every table may be. A
corpus that needs nested data, or whose clips are all rows of Parquet, is left out and named.
"""

import argparse
import csv
import io
import itertools
import json
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq
from rich.console import Console
from rich.table import Table

from pipeline.common.globs import glob_matcher
from pipeline.index.indexer import find_clips, index_clips
from pipeline.index.table_rows import build_table, no_table
from pipeline.labels import label_utterance
from pipeline.sources.listing import SourceFile
from pipeline.specs.corpus_spec import CorpusSpec
from pipeline.specs.emotion_scheme import emotion_scheme
from pipeline.specs.loader import load_specs
from pipeline.specs.row_spec import FILE_STEM
from pipeline.specs.table_spec import FileByField, TableSpec

UNKNOWN = 5_000
"""Utterances of a corpus of which nobody has published how many there are."""

MOST_LINKS = 60_000
"""Hard links to one file; ext4 allows 65,000."""

CONTENT = bytes(400)
"""Of all files: more than a pointer of Git LFS has, so that none is looked into."""

Rows = dict[str, list[dict[str, str]]]
"""Table → rows."""


class Clip(NamedTuple):
    """A file, and the rows that go with it."""

    path: str
    rows: Rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--share", type=float, default=1.0, help="of each corpus (1)")
    parser.add_argument("--corpora", nargs="*", help="ids (all)")
    parser.add_argument("--list", action="store_true", help="a line for every corpus")
    args = parser.parse_args()
    specs = [spec for spec in load_specs() if not args.corpora or spec.id in args.corpora]
    with tempfile.TemporaryDirectory(prefix="exhubert-check-") as folder:
        started = time.perf_counter()
        left_out: list[str] = []
        for spec in specs:
            size = round(args.share * (spec.expected.utterances or UNKNOWN))
            if not write_tree(Path(folder, spec.id), spec, size):
                left_out.append(spec.id)
        made = time.perf_counter() - started
        checks, seconds = run_check(folder)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    console = Console(width=110)
    if args.list:
        show_each(console, checks)
    table = Table(title=f"exhubert check, {os.cpu_count()} cores, trees made in {made:.0f} s")
    for heading in ("corpora", "found", "usable", "copies", "rejected", "s", "CPU s", "peak MB"):
        table.add_column(heading, justify="right")
    table.add_row(
        str(len(checks)),
        f"{sum(check['found'] for check in checks):,}",
        f"{sum(check['usable'] for check in checks):,}",
        f"{sum(check['excluded'].get('copy', 0) for check in checks):,}",
        f"{sum(sum(check['rejected'].values()) for check in checks):,}",
        f"{seconds:.1f}",
        f"{used.ru_utime + used.ru_stime:.1f}",
        f"{used.ru_maxrss / 1024:,.0f}",
    )
    console.print(table)
    console.print(
        f"left out, since they need nested tables or rows: {', '.join(left_out) or 'none'}"
    )


def run_check(folder: str) -> tuple[list[dict], float]:
    """What the command says of each corpus, and how long it took, in s."""
    command = [sys.executable, "-m", "exhubert", "check", "--data-root", folder]
    started = time.perf_counter()
    output = subprocess.run(
        [*command, "--allow-partial", "--json"], check=False, capture_output=True, text=True
    )
    seconds = time.perf_counter() - started
    try:
        return json.loads(output.stdout), seconds
    except ValueError:
        sys.exit(output.stderr[-2000:])


def show_each(console: Console, checks: Sequence[dict]) -> None:
    """A line for every corpus."""
    table = Table()
    for heading in ("corpus", "found", "usable", "excluded", "rejected"):
        table.add_column(heading, justify="right" if heading != "corpus" else "left")
    for check in checks:
        counts = [
            json.dumps(check[what]) if check[what] else "" for what in ("excluded", "rejected")
        ]
        table.add_row(check["corpus"], f"{check['found']:,}", f"{check['usable']:,}", *counts)
    console.print(table)


def write_tree(root: Path, spec: CorpusSpec, utterances: int) -> bool:
    """Lays out a corpus of about so many utterances; False where its tables can't be written."""
    if any(table.rows and table.required for table in spec.tables.values()):
        return False
    flat = {name for name, table in spec.tables.items() if not table.rows}
    examples = [
        Clip(one.path, {name: rows for name, rows in one.rows.items() if name in flat})
        for one in spec.examples
        if not one.columns
    ]
    examples = [clip for clip in examples if count_found(spec, clip)]
    if not examples:
        return False
    root.mkdir()
    links = Links(root)
    tables: Rows = {name: [] for name in spec.tables}
    left = utterances
    made: dict[str, int] = {}
    while left > 0:
        before = left
        for clip in itertools.chain.from_iterable(
            more_like(spec, clip, utterances // len(examples)) for clip in examples
        ):
            if left <= 0:
                break
            copy = made.get(clip.path, 0)
            made[clip.path] = copy + 1
            links.add(f"more {copy:05d}/{clip.path}" if copy else clip.path)
            left -= max(1, *(len(rows) for rows in clip.rows.values()), 1)
            if not copy:
                for name, rows in clip.rows.items():
                    tables[name] += rows
        if left == before:
            break
    links.close()
    write_tables(root, spec, tables)
    return True


class Links:
    """Hard links to one file."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._count = 0
        self._source = root / ".empty"
        self._source.write_bytes(CONTENT)

    def add(self, path: str) -> None:
        """Links a path below the root."""
        target = self._root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.exists():
            os.link(self._source, target)
            self._count += 1
        if self._count % MOST_LINKS == MOST_LINKS - 1:
            self.close()
            self._source.write_bytes(CONTENT)

    def close(self) -> None:
        """Deletes the file that is linked to; the links stay."""
        self._source.unlink(missing_ok=True)


def count_found(spec: CorpusSpec, clip: Clip) -> int:
    """Utterances that a spec makes of a clip; 0 where one is rejected, or another's."""
    tables = {
        name: build_table(table, clip.rows.get(name, []))
        if table.required or name in clip.rows
        else no_table(table)
        for name, table in spec.tables.items()
    }
    found = find_clips(spec, [SourceFile(clip.path, 1, "")])
    scheme = emotion_scheme()
    utterances = [label_utterance(one, spec, scheme) for one in index_clips(spec, found, tables)]
    return 0 if any(one.status == "rejected" for one in utterances) else len(utterances)


def more_like(spec: CorpusSpec, clip: Clip, wanted: int) -> Iterator[Clip]:
    """A clip and others of its kind: one number of its name, the last that may be, counts up."""
    yield clip
    stem = PurePosixPath(clip.path).stem
    for number in reversed(list(re.finditer(r"\d+", stem))):
        width = len(number[0])
        others = (
            renamed(clip, stem, f"{stem[: number.start()]}{other:0{width}d}{stem[number.end() :]}")
            for other in range(10**width)
            if other != int(number[0])
        )
        second = next(others)
        if count_found(spec, second):
            yield second
            yield from itertools.islice(others, wanted)
            return


def renamed(clip: Clip, stem: str, other: str) -> Clip:
    """A clip of another name, with the rows that go with it."""
    rows = {
        name: [{column: cell.replace(stem, other) for column, cell in row.items()} for row in rows]
        for name, rows in clip.rows.items()
    }
    return Clip(other.join(clip.path.rsplit(stem, 1)), rows)


def write_tables(root: Path, spec: CorpusSpec, tables: Rows) -> None:
    """Writes the files of the tables; one file may be that of several."""
    rows_of: dict[str, list[dict[str, str]]] = {}
    read_by: dict[str, dict[str, TableSpec]] = {}
    for name, rows in tables.items():
        for row in rows:
            path = file_of(spec.tables[name], row)
            rows_of.setdefault(path, []).append(row)
            read_by.setdefault(path, {})[name] = spec.tables[name]
    for path, rows in rows_of.items():
        readers = read_by[path].values()
        given = itertools.chain(*(table.needed for table in readers), *rows)
        columns = [column for column in dict.fromkeys(given) if column != FILE_STEM]
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.suffix == ".csv" and all(map(is_plain, readers)):
            text = io.StringIO()
            writer = csv.DictWriter(text, columns, restval="", extrasaction="ignore")
            writer.writeheader()
            writer.writerows(rows)
            target.write_text(text.getvalue(), encoding="utf-8")
        else:  # what an example lacks is empty
            cells = {column: [row.get(column) for row in rows] for column in columns}
            pq.write_table(pa.table(cells), target)


def is_plain(table: TableSpec) -> bool:
    """Whether it is read as CSV with commas and one line of header."""
    stated = table.format or table.line or table.columns or table.separator or table.comment
    return not stated and table.header_lines == [1] and table.encoding[0].startswith("utf")


def file_of(table: TableSpec, row: dict[str, str]) -> str:
    """Path of a file that a row of a table can stand in."""
    if isinstance(table.file, FileByField):
        glob = table.file.values[row[table.file.of]]
    else:
        stem = row.get(FILE_STEM)
        globs = [named(glob, stem) for glob in table.file]
        fitting = [g for glob, g in zip(table.file, globs, strict=True) if glob_matcher([glob])(g)]
        return fitting[0] if fitting else globs[0]
    return named(glob, None)


def named(glob: str, stem: str | None) -> str:
    """A path that a glob finds, with a given stem where there is one."""
    path = re.sub(r"\{([^,}]*)[^}]*\}", r"\1", glob.replace("**/", ""))
    path = re.sub(r"\[(.)[^]]*\]", r"\1", path).replace("*", "x").replace("?", "x")
    return str(PurePosixPath(path).with_stem(stem)) if stem else path


if __name__ == "__main__":
    main()
