"""Files and folders that a command will write, checked before its work rather than after it."""

import os
from collections.abc import Sequence
from pathlib import Path

from pipeline.common.errors import UsageError


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
