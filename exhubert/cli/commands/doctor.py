"""``exhubert doctor``: what this installation has, and what it lacks."""

import argparse
import importlib.util
import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from exhubert.cli.arguments.command import Command
from exhubert.cli.arguments.configuration import (
    FILE_VARIABLE,
    ROOT_VARIABLE,
    configuration_file,
    configured_data_roots,
    configured_jobs,
)
from exhubert.cli.output import console
from pipeline.common.errors import UsageError
from pipeline.storage import is_remote

if TYPE_CHECKING:  # brings FFmpeg and libsndfile
    from pipeline.checks.installation import Fact


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print JSON")


def _run(args: argparse.Namespace) -> int:
    from pipeline.checks.installation import Fact, examine_installation

    found = examine_installation()
    found["configuration"] = list(_configuration())
    if importlib.util.find_spec("torch"):
        from training.inference.devices import describe_devices

        found["machine"].append(Fact("GPU", describe_devices()))
    facts = [fact for part in found.values() for fact in part]
    if args.json:
        document = {name: [asdict(fact) for fact in part] for name, part in found.items()}
        console.emit(json.dumps(document, ensure_ascii=False))
    else:
        for name, part in found.items():
            table = Table(box=None, show_header=False, pad_edge=False, title_justify="left")
            table.add_column(width=18)
            for fact in part:
                problem = f"\n{fact.problem}" if fact.problem else ""
                style = "red" if fact.serious else "yellow"
                table.add_row(Text(fact.name, "dim"), Text(fact.value) + Text(problem, style))
            console.OUT.print(Text(name, "bold"))
            console.OUT.print(table)
            console.OUT.print()
    return 1 if any(fact.serious for fact in facts) else 0


def _configuration() -> "Iterator[Fact]":
    """Which file was read, and what it and the environment say."""
    from pipeline.checks.installation import Fact

    file = configuration_file()
    if file is None:
        yield Fact("file", f"none is read: {FILE_VARIABLE} is empty")
    elif file.is_file():
        yield Fact("file", str(file))
    else:
        yield Fact("file", f"none; {file} would be read")
    try:
        data_roots, jobs = configured_data_roots(), configured_jobs()
    except UsageError as error:
        yield Fact("settings", "can't be read", str(error), serious=True)
        return
    for root in data_roots.folders:
        gone = not is_remote(root) and not Path(root).is_dir()
        problem = "no such folder" if gone else None
        yield Fact("data root", f"{root} ({data_roots.source})", problem, serious=gone)
    if not data_roots.folders:
        yield Fact("data root", f"none: --data-root, {ROOT_VARIABLE} or the file names one")
    yield Fact("jobs", str(jobs))


COMMANDS = [
    Command(
        name="doctor",
        summary="what is there: versions, codecs, cores, disk, GPU, extras, keys, configuration",
        examples="  exhubert doctor\n  exhubert doctor --json",
        add_arguments=_add_arguments,
        run=_run,
    )
]
