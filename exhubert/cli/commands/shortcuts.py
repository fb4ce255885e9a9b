"""``exhubert shortcuts``: what gives emotion or speaker away, other than speech."""

import argparse
from dataclasses import asdict

from exhubert.cli.arguments.command import Command
from exhubert.cli.arguments.corpora import check_beam_options
from exhubert.cli.arguments.number_types import positive
from exhubert.cli.output import console, progress
from exhubert.cli.output.shortcut_table import print_shortcuts


def _add_shortcuts(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("dataset", metavar="DATASET", help="a dataset folder, local or remote")
    parser.add_argument(
        "--clips",
        type=positive,
        default=1_000,
        metavar="N",
        help="most clips of a corpus to look at (default: %(default)s)",
    )
    parser.add_argument("--json", action="store_true", help="print JSON")


def _run_shortcuts(args: argparse.Namespace) -> int:
    from pipeline.dataset.manifest import require_manifest
    from pipeline.dataset.report.page import write_report
    from pipeline.dataset.shortcuts import Shortcuts, shards_checksum, write_shortcuts
    from training.evaluation.shortcuts.corpora import find_shortcuts

    check_beam_options(args)
    manifest = require_manifest(args.dataset)
    clips = sum(min(args.clips, corpus.written) for corpus in manifest.corpora.values())
    with progress.counter("clips read", args.json, clips) as advance:
        found = list(find_shortcuts(args.dataset, args.clips, lambda: advance(1)))
    shortcuts = Shortcuts.model_validate(
        {"audio": shards_checksum(manifest), "corpora": [asdict(corpus) for corpus in found]}
    )
    write_shortcuts(args.dataset, shortcuts)
    write_report(args.dataset, manifest)
    if args.json:
        console.emit(shortcuts.model_dump_json(indent=2))
    else:
        print_shortcuts(shortcuts)
    return 0


COMMANDS = [
    Command(
        "shortcuts",
        "how well length, level, codec and the like alone predict emotion and speaker, by corpus",
        "  exhubert shortcuts dataset\n  exhubert shortcuts dataset --clips 5000",
        _add_shortcuts,
        _run_shortcuts,
        passes_unknown=True,
        uses_stores=True,
    ),
]
