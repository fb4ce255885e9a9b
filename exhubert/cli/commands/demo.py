"""``exhubert demo``: see all of it run."""

import argparse
from importlib.util import find_spec

from exhubert.cli.arguments.command import Command
from exhubert.cli.arguments.paths import local_path
from pipeline.common.errors import UsageError
from pipeline.common.extras import install_command
from pipeline.specs.collections import choose_corpora


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--output",
        type=local_path,
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
        help="only these, or collections such as @serab (default: every corpus that has a "
        "stand-in)",
    )


def _run(args: argparse.Namespace) -> int:
    if find_spec("torch") is None or find_spec("transformers") is None:
        raise UsageError(
            "the demonstration trains a model, for which torch and transformers are needed: "
            f"{install_command('demo')}"
        )
    from demo.run import run_demo
    from demo.standins import standin_ids

    chosen = choose_corpora(args.corpora, standin_ids())
    return run_demo(args.output, args.main, chosen.corpora)


COMMANDS = [
    Command(
        name="demo",
        summary="see all of it run on synthetic stand-ins of corpora, offline, in a few minutes",
        examples="  exhubert demo\n  exhubert demo --output /tmp/demo --corpora emo_db emovo",
        add_arguments=_add_arguments,
        run=_run,
    )
]
