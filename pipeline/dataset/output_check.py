"""Checks that a dataset gets a folder of its own, outside of the corpora."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from pipeline.common.errors import DataError, UsageError
from pipeline.dataset.build_state import UNFINISHED, is_unfinished
from pipeline.dataset.kept_specs import SPECS
from pipeline.dataset.run_log import LOG
from pipeline.shards.receipts import RECEIPTS
from pipeline.sources.listing import is_ignored_name
from pipeline.splits.protocols.statement import FOLDER as PROTOCOLS
from pipeline.storage import is_remote, open_store
from pipeline.storage.claims import CLAIMS
from pipeline.storage.folder_lock import LOCK

OUTPUT_FOLDERS = {"data", LOG, PROTOCOLS, RECEIPTS, SPECS}
"""Folders that a build fills."""

_FIRST_FILES = re.compile(
    rf"{LOG}/\.?\d{{8}}T\d{{6}}\.\d{{6}}-\w{{8}}\.json.*"
    rf"|{RECEIPTS}/\.{UNFINISHED.rsplit('/', 1)[-1]}\..*"
    rf"|{LOCK}|{CLAIMS}/[^/]+"
)
"""Files, complete or still temporary, that a build stopped at its very start may leave behind."""

_RECEIPT = re.compile(rf"{RECEIPTS}/[^/]+/\w+-\d{{5}}-of-\d{{5}}\.json")
"""Receipt of a shard: where there is one, a missing manifest was deleted by hand."""

_SYSTEM = {"lost+found"}  # in every new ext4 file system


def check_output(output: str, roots: Mapping[str, str], is_dataset: bool) -> None:
    """Refuses a folder in which a build would mix its files with those of others.

    Args:
        output: The dataset folder to be.
        roots: Corpus → its root.
        is_dataset: Whether the folder holds a dataset already, which a build goes on with.

    Raises:
        UsageError: The folder contains files that no build has written, is inside a corpus, or
            has a corpus inside a folder that a build writes to.
        DataError: Its store can't be used, or a folder in it is a link.
    """
    check_no_links(output)
    own = _parts(output)
    for corpus, root in roots.items():
        other = _parts(root)
        if own[: len(other)] == other:
            raise UsageError(
                f"{output}: is inside the folder of corpus {corpus}, {root}, so the dataset's "
                "files would be taken for its clips; choose an --output outside of it"
            )
        if other[: len(own)] == own and other[len(own)] in OUTPUT_FOLDERS:
            raise UsageError(
                f"{root}: corpus {corpus} is inside {output}/{other[len(own)]}, where a build "
                "writes; choose another --output"
            )
    if is_dataset or is_unfinished(output):
        return
    if unknown := _find_unknown_file(output):
        raise UsageError(
            f"{output}: contains files that are not exhubert's, for example {unknown}; choose a "
            "new or an empty folder as --output"
        )


def check_no_links(output: str) -> None:
    """Checks that no folder of a dataset leads out of it: others may have made it.

    Links in place of files are replaced by files, and not followed.

    Raises:
        DataError: One does.
    """
    if is_remote(output):
        return
    for name in sorted(OUTPUT_FOLDERS):
        folder = Path(output, name)
        inner = folder.iterdir() if folder.is_dir() and not folder.is_symlink() else ()
        for path in (folder, *inner):
            if path.is_symlink() and not path.is_file():
                raise DataError(
                    f"{path}: is a link to {path.readlink()}; expected a folder of the dataset's "
                    "own, since what is written there would get elsewhere; delete the link"
                )


def _find_unknown_file(output: str) -> str | None:
    """A file or folder that no interrupted build has left in a folder without a manifest."""
    for name in _list(output):
        if _RECEIPT.fullmatch(name):
            return None
        if not (is_ignored_name(name) or name in _SYSTEM or _FIRST_FILES.fullmatch(name)):
            return name
    return None


def _list(output: str) -> Iterator[str]:
    """Names in a folder, receipts first; one by one, because a store may hold millions."""
    try:
        if is_remote(output):
            yield from (file.path for file in open_store(output).list(output))
        elif Path(output).exists():
            for path in sorted(Path(output).iterdir(), key=lambda path: path.name != RECEIPTS):
                if path.name in (LOG, RECEIPTS) and path.is_dir():
                    files = (inner for inner in path.rglob("*") if inner.is_file())
                    yield from (inner.relative_to(output).as_posix() for inner in files)
                else:
                    yield path.name
    except NotADirectoryError:
        raise UsageError(f"{output}: is a file; expected a folder to be written to") from None
    except OSError as error:
        raise DataError(f"{output}: can't be listed: {error.strerror or error}") from None


def _parts(folder: str) -> tuple[str, ...]:
    if is_remote(folder):
        return tuple(folder.rstrip("/").split("/"))
    return Path(folder).resolve().parts
