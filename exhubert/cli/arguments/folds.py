"""Which fold of which protocol a command line means."""

import argparse
import json

from pipeline.common.errors import UsageError


def add_fold(parser: argparse.ArgumentParser) -> None:
    """Adds ``--protocol`` and ``--fold``."""
    parser.add_argument(
        "--protocol",
        metavar="NAME",
        help="go by folds beside the dataset's split, such as loso (exhubert protocols lists them)",
    )
    parser.add_argument(
        "--fold", metavar="NAME", help="the fold of --protocol: its number, or who is held out"
    )


def read_fold(args: argparse.Namespace) -> list[str]:
    """Settings of a recipe for the fold that is named; none where none is.

    Raises:
        UsageError: A protocol is named without a fold, or a fold without a protocol.
    """
    if args.protocol is None and args.fold is None:
        return []
    if args.protocol is None:
        raise UsageError(f"--fold {args.fold}: give --protocol, too, as in --protocol loso")
    if args.fold is None:
        raise UsageError(
            f"--protocol {args.protocol}: give --fold, too; exhubert protocols DATASET --show "
            f"{args.protocol} lists them"
        )
    return [f"data.protocol={json.dumps(args.protocol)}", f"data.fold={json.dumps(args.fold)}"]
