"""Data roots: folders that hold each corpus in a folder of its id."""

import argparse
import sys
from collections.abc import Collection, Iterable
from pathlib import Path

from exhubert.cli.arguments.configuration import DataRoots, configured_data_roots
from exhubert.cli.arguments.parser import TakesOptions
from pipeline.common.errors import DataError, UsageError
from pipeline.common.suggest import suggest
from pipeline.common.untrusted_text import printable
from pipeline.sources.listing import is_ignored_name
from pipeline.storage import is_remote, open_store
from pipeline.storage.files import join, map_files

_MOST_PASSED = 8  # folders that are named


def add_data_root(parser: TakesOptions) -> None:
    """Adds ``--data-root``."""
    parser.add_argument(
        "--data-root",
        action="append",
        default=[],
        metavar="DIR",
        help="folder (or gs://, s3:// URL) that holds each corpus in a folder named by its id; "
        "given several times, the first that has a corpus is taken (default: EXHUBERT_DATA_ROOT, "
        "or data_root of the configuration file)",
    )


def read_data_roots(args: argparse.Namespace) -> DataRoots:
    """Those that the command line names, or else the environment, or else the user's file."""
    if args.data_root:
        return DataRoots(tuple(args.data_root), "--data-root", by_option=True)
    return configured_data_roots()


def check_data_roots(data_roots: DataRoots) -> None:
    """Makes sure that local folders exist; an error says where they were named.

    Raises:
        UsageError: One is not there.
    """
    for root in data_roots.folders:
        if not is_remote(root) and not Path(root).is_dir():
            raise UsageError(f"{data_roots.source} {root}: no such folder")
    if data_roots.folders and not data_roots.by_option:
        print(f"data root {', '.join(data_roots.folders)}: {data_roots.source}", file=sys.stderr)


def find_folders(data_roots: DataRoots, corpora: Iterable[str]) -> dict[str, str]:
    """Corpus → its folder in the first data root that has it; a store is asked for several at once.

    Raises:
        DataError: A store can't be used.
    """
    found: dict[str, str] = {}
    sought = list(corpora)
    for root in data_roots.folders:
        places = [(corpus, join(root, corpus)) for corpus in sought if corpus not in found]
        there = map_files(root, is_folder, [place for _, place in places])
        found |= dict(place for place, is_there in zip(places, there, strict=True) if is_there)
    return found


def is_folder(root: str) -> bool:
    """Whether there is a folder, or anything below a URL.

    Raises:
        DataError: The store can't be used.
    """
    if not is_remote(root):
        return Path(root).is_dir()
    try:
        return next(open_store(root).list(root), None) is not None
    except OSError as error:
        raise DataError(f"{root}: can't be listed: {error}") from None


def corpus_folders(data_roots: Iterable[str], corpora: Collection[str]) -> list[str]:
    """Ids of the corpora that have a folder in one of some local data roots.

    Raises:
        UsageError: There is no such data root.
    """
    there: set[str] = set()
    for root in data_roots:
        if not Path(root).is_dir():
            raise UsageError(f"{root}: no such folder; expected a data root on this machine")
        there |= {path.name for path in Path(root).iterdir() if path.is_dir()}
    return sorted(there & set(corpora))


def passed_over(data_root: str, corpora: Collection[str], output: str | None = None) -> list[str]:
    """What to say of folders of a local data root that are called like no corpus.

    Args:
        data_root: The folder.
        corpora: Ids of all corpora that it may hold.
        output: The dataset folder, which may lie there, too.
    """
    folders = [path for path in sorted(Path(data_root).iterdir()) if path.is_dir()]
    strange = [
        path for path in folders if path.name not in corpora and not is_ignored_name(path.name)
    ]
    target = Path(output).resolve() if output else None
    return [
        f"passed over: {path.name} (no corpus of that id{suggest(path.name, corpora)})"
        for path in strange
        if path.resolve() != target
    ]


def tell_passed_over(data_roots: DataRoots, corpora: Collection[str], output: str | None) -> None:
    """Says which folders of local data roots are called like no corpus."""
    local = [root for root in data_roots.folders if not is_remote(root)]
    lines = [line for root in local for line in passed_over(root, corpora, output)]
    for line in lines[:_MOST_PASSED]:
        print(printable(line), file=sys.stderr)
    if len(lines) > _MOST_PASSED:
        print(f"passed over: {len(lines) - _MOST_PASSED:,} more folders", file=sys.stderr)
