"""Where a dataset may be built: in a folder of its own, and never among the files of a corpus."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from pipeline.common.errors import DataError, UsageError
from pipeline.dataset.build_state import UNFINISHED, is_unfinished
from pipeline.dataset.run_log import LOG
from pipeline.shards.receipts import RECEIPTS
from pipeline.sources.listing import is_ignored_name
from pipeline.storage import is_remote, open_store

_OURS = {"data", LOG, RECEIPTS}
"""Folders that a build fills."""

_FIRST = re.compile(
    rf"{LOG}/\.?\d{{8}}T\d{{6}}\.\d{{6}}-\w{{8}}\.json.*"
    rf"|{RECEIPTS}/\.{UNFINISHED.rsplit('/', 1)[-1]}\..*"
)
"""What a build writes before its mark, whole or aside: all there is if it was stopped at once."""

_RECEIPT = re.compile(rf"{RECEIPTS}/[^/]+/\w+-\d{{5}}-of-\d{{5}}\.json")
"""Of a shard: where there is one, a manifest that is missing was taken away by hand."""

_SYSTEM = {"lost+found"}  # lies in every new file system


def check_output(output: str, roots: Mapping[str, str], is_dataset: bool) -> None:
    """Refuses a folder in which a build would mix its files with those of others.

    Args:
        output: The dataset folder to be.
        roots: Where each corpus lies, by id.
        is_dataset: Whether the folder holds a dataset already, which a build goes on with.

    Raises:
        UsageError: The folder holds files that no build has written, lies in a corpus, or has a
            corpus where a build writes.
        DataError: Its store can't be used.
    """
    place = _parts(output)
    for corpus, root in roots.items():
        other = _parts(root)
        if place[: len(other)] == other:
            raise UsageError(
                f"{output}: lies in the folder of corpus {corpus}, {root}, of which the dataset's "
                "files would become a part; choose an --output outside of it"
            )
        if other[: len(place)] == place and other[len(place)] in _OURS:
            raise UsageError(
                f"{root}: corpus {corpus} lies in {output}/{other[len(place)]}, where a build "
                "writes; choose another --output"
            )
    if is_dataset or is_unfinished(output):
        return
    if stranger := _find_foreign_file(output):
        raise UsageError(
            f"{output}: holds files that no build has written, {stranger} for one; choose a new "
            "or an empty folder as --output"
        )


def _find_foreign_file(output: str) -> str | None:
    """A file or folder in a place without a manifest that no interrupted build has left there."""
    for name in _list(output):
        if _RECEIPT.fullmatch(name):
            return None
        if not (is_ignored_name(name) or name in _SYSTEM or _FIRST.fullmatch(name)):
            return name
    return None


def _list(output: str) -> Iterator[str]:
    """What lies in a folder, receipts first, as stores list it; there it may be much."""
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


def _parts(place: str) -> tuple[str, ...]:
    if is_remote(place):
        return tuple(place.rstrip("/").split("/"))
    return Path(place).resolve().parts
