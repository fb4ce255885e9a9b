"""``--table``: what a paper prints, in the form that a file's name ends in."""

import argparse

from exhubert.cli.arguments.local_paths import local_path
from exhubert.cli.arguments.output_paths import check_file

_TABLES = (".tex", ".csv", ".md")


def add_paper_files(parser: argparse.ArgumentParser, tables: str) -> None:
    """Adds ``--table``, which may be given several times.

    Args:
        parser: Of a command.
        tables: What is in them.
    """
    parser.add_argument(
        "--table",
        action="append",
        default=[],
        type=local_path,
        metavar="FILE",
        help=f"write {tables} as LaTeX (.tex, booktabs), .csv or .md",
    )


def check_paper_files(args: argparse.Namespace) -> None:
    """Makes sure that the files can be written.

    Raises:
        UsageError: One can't.
    """
    for path in args.table:
        check_file("--table", path, _TABLES)
