"""``exhubert verify``: whether a dataset is still what was written."""

import argparse
import json
import sys
from dataclasses import asdict

from exhubert.cli.arguments.command import Command
from exhubert.cli.arguments.corpora import check_beam_options
from exhubert.cli.output import console, progress
from pipeline.common.count import count

_MOST_SHOWN = 20  # faults that are listed for people


def _add_verify(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("dataset", metavar="DATASET", help="a dataset folder, local or remote")
    parser.add_argument(
        "--repair",
        action="store_true",
        help="mark damaged shards, so that the next build makes them anew, and restore receipts",
    )
    parser.add_argument("--json", action="store_true", help="print JSON")


def _run_verify(args: argparse.Namespace) -> int:
    from pipeline.dataset.manifest import require_manifest
    from pipeline.dataset.verify import repair_dataset, verify_dataset

    check_beam_options(args)
    corpora = require_manifest(args.dataset).corpora.values()
    shards = sum(len(corpus.shards) for corpus in corpora)
    with progress.counter("shards verified", args.json, shards) as advance:
        manifest, faults = verify_dataset(args.dataset, lambda: advance(1))
    repaired = repair_dataset(args.dataset, faults) if args.repair and faults else []
    if args.json:
        document = {"faults": [asdict(fault) for fault in faults], "build_again": repaired}
        print(json.dumps(document, ensure_ascii=False))
    elif not faults:
        clips = count(manifest.written, "clip")
        console.say(f"{args.dataset}: whole: {clips} in {count(shards, 'shard')}")
    for fault in faults[:_MOST_SHOWN]:
        place = "/".join(filter(None, [args.dataset, fault.path]))
        print(f"error: {place}: {fault.problem}", file=sys.stderr)
    if len(faults) > _MOST_SHOWN:
        print(f"error: and {count(len(faults) - _MOST_SHOWN, 'more fault')}", file=sys.stderr)
    if repaired:
        names = " ".join(repaired)
        print(f"marked: exhubert build --corpora {names} … makes them anew", file=sys.stderr)
    elif faults and not args.repair:
        print("to mark what a build must make anew: exhubert verify --repair", file=sys.stderr)
    return 1 if faults else 0


COMMANDS = [
    Command(
        "verify",
        "read a dataset whole, and compare shards, rows and audio with their checksums",
        "  exhubert verify dataset\n"
        "  exhubert verify dataset --repair\n"
        "Beam's options for stores can be added as Beam spells them.",
        _add_verify,
        _run_verify,
        passes_unknown=True,
        uses_stores=True,
    ),
]
