"""``exhubert diff``: what differs between two datasets."""

import argparse
import json
from dataclasses import asdict

from exhubert.cli.arguments.command import Command
from exhubert.cli.arguments.corpora import check_beam_options
from exhubert.cli.arguments.rows import add_where
from exhubert.cli.output import console


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("first", metavar="A", help="a dataset folder, local or remote")
    parser.add_argument("second", metavar="B", help="the dataset that it is compared with")
    add_where(parser)
    parser.add_argument("--json", action="store_true", help="print the differences as JSON")


def _run(args: argparse.Namespace) -> int:
    check_beam_options(args)
    from exhubert.cli.output.row_tables import print_comparison
    from pipeline.dataset.comparison import compare_datasets

    found = compare_datasets(args.first, args.second, args.where)
    if args.json:
        document = {"same": found.same, "kinds": found.kinds, **asdict(found)}
        console.emit(json.dumps(document, ensure_ascii=False))
        return 0 if found.same else 1
    print_comparison(found)
    if found.same:
        console.say("the rows are the same")
    return 0 if found.same else 1


COMMANDS = [
    Command(
        name="diff",
        summary="what differs between two datasets: rows, labels, splits, audio, specs",
        examples="""\
  exhubert diff dataset-1.0 dataset-1.1
  exhubert diff dataset gs://bucket/dataset --where "split = 'test'" --json
The exit status is 0 if all rows are the same, 1 if any differs.
""",
        add_arguments=_add_arguments,
        run=_run,
        passes_unknown=True,
        uses_stores=True,
    )
]
