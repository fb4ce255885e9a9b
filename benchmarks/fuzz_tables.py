"""Damages tables, specs and archives, and counts what becomes of them.

    python benchmarks/fuzz_tables.py [--count 5000] [--seed 0]

Every case is made from its number alone, so a number that is printed can be run again. Each is
read as a check reads it, and must be read or refused by an error of ours. Anything else (another
exception, more than 20 s) is a fault, and printed.
"""

import argparse
import io
import random
import signal
import sys
import tarfile
import tempfile
import zipfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import openpyxl

from pipeline.checks.spec_examples import check_examples
from pipeline.common.errors import ExhubertError
from pipeline.index.indexer import find_clips, index_clips
from pipeline.index.table_formats import read_table
from pipeline.index.table_rows import build_table
from pipeline.labels import label_utterance
from pipeline.sources.archives import read_directory
from pipeline.sources.listing import SourceFile
from pipeline.specs.emotion_scheme import emotion_scheme
from pipeline.specs.loader import load_spec
from pipeline.specs.shipped import SHIPPED_SPECS
from pipeline.specs.table_spec import TableSpec

SECONDS = 20  # that one case may take

ROWS = [
    ["file", "emotion", "speaker", "start", "end"],
    ["wav/c1.wav", "anger", "Zoë", "0.5", "1,5"],
    ["wav\\c2.wav", "joy", "刘畅", "0 days 00:00:01", "NaT"],
    ['"c3".wav', "", "anna", "0:01", "inf"],
]
PIECES = [
    *(b"", b"\0", b"\xff\xfe", b"\xef\xbb\xbf", b"\r", b"\n", b'"', b";", b",,,,,,", b"\t", b"\\"),
    *(b"NaN", b"Infinity", b"1e999", b"[" * 2_000, b"{" * 2_000, b"sep=;\n", b"\xd0\xcf\x11\xe0"),
    *(b"PK\x03\x04", b"../" * 50, b"9" * 5_000, b"\xed\xa0\x80", b"A" * 200_000, b"<!DOCTYPE x>"),
    *(b"&a", b"*a", b"<<: ", b"!!int x", b"!!binary ~", b"? ", b"- ", b": ", b"(a+)+$", b"(?P<x>"),
    *(b"{a,b}" * 30, b"**/" * 40, b"*a" * 80, b"[z-a]", b"{999999999999}", b"(" * 500, b"\\N{x}"),
    *(b"['a', {'b': 1}]", b"<!ENTITY x 'y'>", b"<a>" * 300, b"- " * 500, b"<exists>", b'"" ""'),
    *(b"utf-7", b"idna", b"base64", b"undefined", b"rot13", b"null", b"true", b"01", b"\x1f\x8b"),
]
SHEETS = ("csv", "tsv", "space", "xlsx")
NESTED = ("json", "jsonl", "yaml", "xml")
TABLE = {"match": {"file": ["{path}", "{stem}"]}, "take": ["emotion", "speaker?", "start?", "end?"]}


class TooSlowError(BaseException):
    """A case takes longer than it may; no ``except Exception`` of the code under test gets it."""


def mutate(content: bytes, rng: random.Random) -> bytes:
    """A few random changes: bytes flipped, cut out, doubled, or odd ones put in."""
    changed = bytearray(content)
    for _ in range(rng.choice((1, 1, 1, 2, 8))):
        at = rng.randrange(len(changed) + 1)
        end = min(len(changed), at + rng.choice((1, 2, 8, 64, 1_000)))
        match rng.randrange(5):
            case 0:
                changed[at:end] = rng.choice(PIECES)
            case 1:
                changed[at:at] = rng.choice(PIECES)
            case 2:
                del changed[at:end]
            case 3:
                changed[at:at] = changed[at:end] * rng.choice((1, 2, 50))
            case _:
                for place in range(at, end):
                    changed[place] = rng.randrange(256)
    return bytes(changed)


def fuzz_table(rng: random.Random) -> None:
    kind = rng.choice((*SHEETS, "xls", *NESTED, "textgrid", "lines"))
    stated: dict[str, object] = {"file": f"t.{kind}", **TABLE}
    stated["encoding"] = rng.sample(("utf-8-sig", "utf-16", "gb18030", "cp1252", "idna"), 2)
    if kind == "lines":
        stated["line"] = r"^(?P<file>\S+)\s+(?P<emotion>(?:\w+\s?)*)$"
        stated |= rng.choice(({}, {"block": r"^file (?P<speaker>\w+)"}))
    if kind == "textgrid":
        stated |= {"match": {"_stem": "{stem}"}, "take": ["tier", "start", "end", "text"]}
    if kind in NESTED:
        stated |= rng.choice(({}, {"rows": "*"}, {"rows": "{file}.*"}, {"rows": "**.emotion"}))
        stated |= rng.choice(({}, {"match": {}, "take": {"emotion": "_value?"}}))
    if kind in SHEETS:
        stated |= rng.choice(
            ({}, {"header": 2}, {"header": [1, 2]}, {"header": 0}, {"comment": "w"})
        )
        stated |= rng.choice(({}, {"match": {"#1": "{path}"}, "take": {"emotion": "emotion#1?"}}))
    stated |= rng.choice(({}, {"cells": {"emotion": rng.choice(("json", "literal", ";"))}}))
    content = mutate(_table(kind), rng)
    if kind == "xlsx" and rng.random() < 0.7:
        content = _with_mutated_part(_table(kind), rng)
    table = TableSpec.model_validate(stated)
    rows = build_table(table, read_table(content, table, f"t.{kind}", "t").rows)
    for stem in ("c1", "c2", '"c3"'):
        rows.find({"path": f"wav/{stem}.wav", "stem": stem})


def fuzz_spec(rng: random.Random) -> None:
    files = sorted(SHIPPED_SPECS.glob("*.yaml"))
    content = mutate(rng.choice(files).read_bytes(), rng)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "spec.yaml")
        file.write_bytes(content)
        spec = load_spec(file)
    check_examples(spec, emotion_scheme())
    names = ["a" * 250, "a/" * 200 + "b.wav", *(example.path for example in spec.examples[:3])]
    clips = find_clips(spec, [SourceFile(name, 9, "") for name in names])
    tables = {name: build_table(table, []) for name, table in spec.tables.items()}
    for utterance in index_clips(spec, clips, tables):
        label_utterance(utterance, spec, emotion_scheme())


def fuzz_archive(rng: random.Random) -> None:
    content = mutate(_archive(rng), rng)
    encoding = rng.choice((None, "gbk", "shift_jis", "idna"))
    archive = read_directory(
        "it", io.BytesIO(content), len(content), lambda a, b: content[a:b], encoding
    )
    for member in archive.members:
        member.path.encode()
        try:
            archive.read(member.path)
        except OSError:
            continue


KINDS: dict[str, Callable[[random.Random], None]] = {
    "tables": fuzz_table,
    "specs": fuzz_spec,
    "archives": fuzz_archive,
}


def run_case(kind: str, number: int) -> str:
    """What becomes of one case: ``read``, ``refused``, or the name of the fault."""
    try:
        signal.alarm(SECONDS)
        try:
            KINDS[kind](random.Random(f"{kind} {number}"))
        finally:
            signal.alarm(0)
    except ExhubertError:
        return "refused"
    except TooSlowError:
        return "too slow"
    except Exception as error:
        return f"{type(error).__name__}: {str(error)[:80]}"
    return "read"


def fuzz(kind: str, numbers: range) -> tuple[Counter[str], dict[int, str]]:
    """Outcomes of some cases, and the faults among them by number."""

    def stop(*_: object) -> None:
        raise TooSlowError

    before = signal.signal(signal.SIGALRM, stop)
    try:
        outcomes = {number: run_case(kind, number) for number in numbers}
    finally:
        signal.signal(signal.SIGALRM, before)
    faults = {n: what for n, what in outcomes.items() if what not in {"read", "refused"}}
    return Counter(what if n not in faults else "fault" for n, what in outcomes.items()), faults


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=5_000, help="cases of every kind")
    parser.add_argument("--seed", type=int, default=0, help="number of the first case")
    args = parser.parse_args()
    print(f"{'':10}{'tried':>8}{'read':>8}{'refused':>9}{'faults':>8}")
    status = 0
    for kind in KINDS:
        outcomes, faults = fuzz(kind, range(args.seed, args.seed + args.count))
        print(f"{kind:10}{args.count:8}{outcomes['read']:8}{outcomes['refused']:9}{len(faults):8}")
        for number, what in list(faults.items())[:20]:
            print(f"  {kind} {number}: {what}")
        status = status or bool(faults)
    return int(status)


def _table(kind: str) -> bytes:
    if kind == "xlsx":
        book = openpyxl.Workbook()
        for row in ROWS:
            book.active.append(row)  # type: ignore[union-attr]
        sink = io.BytesIO()
        book.save(sink)
        return sink.getvalue()
    header, *rows = ROWS
    objects = [
        "{"
        + ", ".join(f'"{name}": "{cell!s}"' for name, cell in zip(header, row, strict=True))
        + "}"
        for row in rows[:1]
    ]
    if kind == "xml":
        cells = "".join(
            f"<{name}>{cell}</{name}>" for name, cell in zip(header, rows[0], strict=True)
        )
        return f'<all xmlns="u:x"><row id="1">{cells}</row><row>{cells}</row></all>'.encode()
    if kind == "yaml":
        return "".join(
            f"- {one}\n" for one in [*objects, "{emotion: [a, {b: ~}], file: c1}"]
        ).encode()
    if kind == "textgrid":
        tier = '"IntervalTier"\n"emotion"\n0\n2\n2\n0\n1\n"anger"\n1\n2\n"a ""b"""\n'
        return f'File type = "ooTextFile"\n"TextGrid"\n0\n2\n<exists>\n1\n{tier}'.encode()
    if kind in {"json", "jsonl"}:
        return (
            f"[{', '.join(objects * 3)}]" if kind == "json" else "\n".join(objects * 3)
        ).encode()
    separator = {"csv": ";", "tsv": "\t"}.get(kind, " ")
    return "\n".join(separator.join(row) for row in ROWS).encode()


def _with_mutated_part(content: bytes, rng: random.Random) -> bytes:
    """A workbook one of whose parts is damaged, in a zip that is not."""
    sink = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(sink, "w") as new:
        damaged = rng.choice(old.namelist())
        for name in old.namelist():
            part = old.read(name)
            new.writestr(name, mutate(part, rng) if name == damaged else part)
    return sink.getvalue()


def _archive(rng: random.Random) -> bytes:
    sink = io.BytesIO()
    names = [
        "wav/a.wav",
        "wav/Zoë.wav",
        "labels.csv",
        "wav/a.wav",
        rng.choice(("/x", "../x", "x/")),
    ]
    if rng.random() < 0.3:
        with tarfile.open(fileobj=sink, mode="w", format=rng.choice((0, 1, 2))) as tar:
            for name in names:
                entry = tarfile.TarInfo(name)
                entry.size = 50
                tar.addfile(entry, io.BytesIO(b"x" * 50))
        return sink.getvalue()
    with zipfile.ZipFile(sink, "w") as archive:
        for name in dict.fromkeys(names):
            archive.writestr(zipfile.ZipInfo(name), b"x" * 500, rng.choice((0, 8, 12, 14)))
    return sink.getvalue()


if __name__ == "__main__":
    sys.exit(main())
