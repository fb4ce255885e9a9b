"""``exhubert doctor``: what this installation has, and what it lacks."""

import argparse
import importlib.util
import json
from dataclasses import asdict

from rich.table import Table
from rich.text import Text

from exhubert.cli.arguments.command import Command
from exhubert.cli.output import console


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print JSON")


def _run(args: argparse.Namespace) -> int:
    from pipeline.checks.installation import Fact, examine_installation

    found = examine_installation()
    if importlib.util.find_spec("torch"):
        from training.inference.devices import describe_devices

        found["machine"].append(Fact("GPU", describe_devices()))
    facts = [fact for part in found.values() for fact in part]
    if args.json:
        told = {name: [asdict(fact) for fact in part] for name, part in found.items()}
        console.emit(json.dumps(told, ensure_ascii=False))
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


COMMANDS = [
    Command(
        name="doctor",
        summary="versions, codecs, cores, memory, disk, GPU, extras, credentials: what is there",
        examples="  exhubert doctor\n  exhubert doctor --json",
        add_arguments=_add_arguments,
        run=_run,
    )
]
