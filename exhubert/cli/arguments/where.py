"""``--where``: which rows of a dataset are meant."""

import argparse

EXAMPLE = "\"emotion = 'anger' and duration > 3\""


def add_where(parser: argparse._ActionsContainer) -> None:
    """Adds ``--where``."""
    parser.add_argument(
        "--where",
        metavar="CONDITION",
        help=f"only rows for which this holds, in SQL: {EXAMPLE}",
    )
