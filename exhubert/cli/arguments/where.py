"""``--where``: which rows of a dataset are meant."""

import argparse
import json

from exhubert.cli.arguments.parser import TakesOptions

EXAMPLE = "\"emotion = 'anger' and duration > 3\""


def add_where(parser: TakesOptions) -> None:
    """Adds ``--where``."""
    parser.add_argument(
        "--where",
        metavar="CONDITION",
        help=f"only rows for which this holds, in SQL: {EXAMPLE}",
    )


def read_where(args: argparse.Namespace) -> list[str]:
    """The setting of a recipe for the rows that are named; none where all are meant."""
    return [] if args.where is None else [f"data.where={json.dumps(args.where)}"]
