"""Files and folders that a command line names, and whether those to be written can be."""

import argparse
import os
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from pipeline.common.errors import UsageError
from pipeline.common.extras import install_command
from pipeline.storage import is_remote


def local_path(text: str) -> Path:
    """A path that a command line names.

    Raises:
        UsageError: It is a URL.
    """
    if is_remote(text):
        raise UsageError(
            f"{text}: is a URL; expected a file or folder of this machine: copy from or to it"
        )
    return Path(text)


def check_file(option: str, file: Path, suffixes: Sequence[str]) -> None:
    """Makes sure that a file can be written.

    Args:
        option: By which it is named.
        file: The file, which need not be there, nor its folder.
        suffixes: What its name may end in.

    Raises:
        UsageError: It ends in something else, is a folder, or its folder can't be written to.
    """
    if file.is_dir():
        example = file / f"name{suffixes[0]}"
        raise UsageError(f"{option} {file}: is a folder; expected a file, as in {example}")
    if file.suffix not in suffixes:
        *others, last = suffixes
        wanted = f"{', '.join(others)} or {last}" if others else last
        raise UsageError(f"{option} {file}: expected a name that ends in {wanted}")
    check_folder(option, file.parent)


def check_folder(option: str, folder: Path) -> None:
    """Makes sure that a folder can be written to, or made where it is not there yet.

    Raises:
        UsageError: It can't.
    """
    there = next(place for place in (folder, *folder.absolute().parents) if place.exists())
    if not there.is_dir():
        raise UsageError(f"{option} {folder}: {there} is a file; expected a folder")
    if not os.access(there, os.W_OK | os.X_OK):
        raise UsageError(f"{option} {folder}: no right to write to {there}")


def check_new_folder(option: str, folder: Path) -> None:
    """Makes sure that a folder is new or empty, and can be made or written to.

    Raises:
        UsageError: It can't, or something lies in it.
    """
    check_folder(option, folder)
    if folder.is_dir() and any(folder.iterdir()):
        raise UsageError(f"{option} {folder}: is not an empty folder; name a new one")


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
