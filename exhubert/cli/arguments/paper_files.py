"""``--table`` and ``--figure``: what a paper prints, in the form that a file's name ends in."""

import argparse
from importlib.util import find_spec

from exhubert.cli.arguments.local_paths import local_path
from exhubert.cli.arguments.output_paths import check_file
from pipeline.common.errors import UsageError
from pipeline.common.extras import install_command

_TABLES, _FIGURES = (".tex", ".csv", ".md"), (".pdf", ".svg", ".png")


def add_paper_files(parser: argparse.ArgumentParser, tables: str, figures: str) -> None:
    """Adds ``--table`` and ``--figure``, which may be given several times.

    Args:
        parser: Of a command.
        tables: What tables hold.
        figures: What figures show.
    """
    parser.add_argument(
        "--table",
        action="append",
        default=[],
        type=local_path,
        metavar="FILE",
        help=f"write {tables} as LaTeX (.tex, booktabs), .csv or .md",
    )
    parser.add_argument(
        "--figure",
        action="append",
        default=[],
        type=local_path,
        metavar="FILE",
        help=f"draw {figures} as .pdf, .svg or .png",
    )


def check_paper_files(args: argparse.Namespace) -> None:
    """Makes sure that the files can be written, before there is anything to write.

    Raises:
        UsageError: One can't, or what draws figures is not installed.
    """
    for path in args.table:
        check_file("--table", path, _TABLES)
    for path in args.figure:
        check_file("--figure", path, _FIGURES)
    if args.figure and find_spec("matplotlib") is None:
        raise UsageError(
            f"--figure needs matplotlib, which is not installed: {install_command('figures')}"
        )
