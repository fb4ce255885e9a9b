"""``--max-reject-rate``, ``--allow-partial``: what a check or a build puts up with."""

import argparse

from exhubert.cli.arguments.number_types import share


def add_tolerances(parser: argparse.ArgumentParser, max_reject_rate: float) -> None:
    """Adds both options.

    Args:
        parser: Of the command.
        max_reject_rate: The default, from 0 to 1.
    """
    parser.add_argument(
        "--max-reject-rate",
        type=share,
        default=max_reject_rate,
        metavar="R",
        help="exit 1 if more than this share of a corpus is rejected (default: %(default)s)",
    )
    parser.add_argument(
        "--allow-partial",
        action="store_true",
        help="exit 0 although counts differ from the published ones (a subset of a corpus)",
    )
