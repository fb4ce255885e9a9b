"""Which rows of a dataset a command line means, and which of them can be played on its page."""

import argparse
import json

from exhubert.cli.arguments.parser import TakesOptions
from pipeline.common.errors import UsageError

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


def add_with_audio(parser: argparse.ArgumentParser) -> None:
    """Adds it; values are those of :data:`pipeline.pages.excerpts.WithAudio`."""
    parser.add_argument(
        "--with-audio",
        choices=("all", "redistributable", "none"),
        default="redistributable",
        help="corpora whose clips can be played on the page: those whose terms let them be passed "
        "on (default), all, or none",
    )
