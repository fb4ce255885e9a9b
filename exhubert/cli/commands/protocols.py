"""``exhubert protocols``: folds beside a dataset's own split, and what leaks in each."""

import argparse
import json

from exhubert.cli.arguments.command import Command
from exhubert.cli.arguments.corpora import check_beam_options
from exhubert.cli.output import console
from pipeline.common.errors import UsageError
from pipeline.common.suggest import suggest


def _add_protocols(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("dataset", metavar="DATASET", help="a dataset folder")
    parser.add_argument(
        "--add",
        action="extend",
        nargs="+",
        metavar="NAME",
        default=[],
        help="loso, 5-fold, 10-fold-seed3, session, official, emobox or what specs name; "
        "-native, -categories or -four behind it score other classes than the six",
    )
    parser.add_argument(
        "--remove", action="extend", nargs="+", metavar="NAME", default=[], help="remove these"
    )
    parser.add_argument("--show", metavar="NAME", help="every fold of one protocol")
    parser.add_argument("--json", action="store_true", help="print JSON")


def _run_protocols(args: argparse.Namespace) -> int:
    from exhubert.cli.output.protocol_tables import print_folds, print_protocols
    from pipeline.dataset.manifest import require_manifest
    from pipeline.dataset.protocols import change_protocols
    from pipeline.dataset.report.page import write_report

    check_beam_options(args)
    changes = bool(args.add or args.remove)
    if changes:
        statements = change_protocols(args.dataset, args.add, args.remove).protocols
        write_report(args.dataset)
    else:
        statements = require_manifest(args.dataset).protocols
    if args.show and args.show not in statements:
        there = f"; it has {', '.join(statements)}" if statements else "; it has none"
        hint = suggest(args.show, statements, otherwise=there)
        raise UsageError(f"{args.dataset} has no protocol {args.show!r}{hint}; add it by --add")
    shown = {args.show: statements[args.show]} if args.show else statements
    if args.json:
        document = {name: one.model_dump(mode="json") for name, one in shown.items()}
        console.emit(json.dumps(document, ensure_ascii=False))
    elif args.show:
        print_folds(args.show, statements[args.show])
    elif statements:
        print_protocols(statements)
    else:
        console.say(f"{args.dataset}: no protocols beside its own split; --add loso adds one")
    return 0


COMMANDS = [
    Command(
        "protocols",
        "show folds beside a dataset's split (loso, K-fold, emobox …), add or remove them",
        "  exhubert protocols dataset\n"
        "  exhubert protocols dataset --add loso 5-fold session-four\n"
        "  exhubert protocols dataset --show emobox",
        _add_protocols,
        _run_protocols,
        passes_unknown=True,
        uses_stores=True,
    ),
]
