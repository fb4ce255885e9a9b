"""``exhubert demo``: see all of it run."""

import argparse

from exhubert.cli.arguments.command import Command


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--output",
        default="demo-output",
        metavar="DIR",
        help="folder for corpora, dataset and model (default: %(default)s)",
    )
    parser.add_argument(
        "--corpora",
        action="extend",
        nargs="+",
        default=[],
        metavar="ID",
        help="only these (default: every corpus that has a stand-in)",
    )


def _run(args: argparse.Namespace) -> int:
    from demo.run import run_demo

    return run_demo(args.output, args.main, args.corpora)


COMMANDS = [
    Command(
        name="demo",
        summary="see all of it run on synthetic stand-ins of corpora, offline, in a few minutes",
        examples="  exhubert demo\n  exhubert demo --output /tmp/demo --corpora emo_db emovo",
        add_arguments=_add_arguments,
        run=_run,
    )
]
