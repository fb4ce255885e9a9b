"""Members of tar archives, by the headers that stand before them."""

import io
import tarfile
from collections.abc import Callable, Iterator

from pipeline.sources.archive_members import Member, check_count, unpacks_too_large
from pipeline.sources.clip_names import clip_name
from pipeline.sources.member_names import tar_name


def walk_tar(
    stream: io.BufferedIOBase, encoding: str | None = None
) -> Iterator[tuple[Member, Callable[[], bytes]]]:
    """Members of a tar, each with what reads its content before the next is asked for.

    Args:
        stream: The tar, seekable.
        encoding: Encoding of names that are not UTF-8, if the spec states it.

    Raises:
        tarfile.TarError: It is none, or damaged.
        ValueError: It has more members than are read.
    """
    with tarfile.open(fileobj=stream, mode="r:") as archive:
        for number, entry in enumerate(archive, 1):
            archive.members = []  # type: ignore[attr-defined]  # else it would keep all entries
            check_count(number)

            def read(entry: tarfile.TarInfo = entry) -> bytes:
                content = archive.extractfile(entry)
                return content.read() if content else b""

            if not entry.isdir():
                yield _member(entry, encoding), read


def _member(entry: tarfile.TarInfo, encoding: str | None) -> Member:
    """A member as a tar's header states it, names in the encoding that the spec states."""
    path, problem = clip_name(tar_name(entry.name, encoding))
    problem = problem or _problem(entry) or unpacks_too_large(entry.size)
    start = entry.offset_data
    whole = entry.isreg() and not entry.issparse()
    end = start + entry.size if whole else start
    return Member(path, entry.size, str(entry.mtime), problem, start, end)


def _problem(entry: tarfile.TarInfo) -> str | None:
    """Why a member can't be read."""
    if entry.issym() or entry.islnk():
        return f"a link to {entry.linkname!r}; only files are read"
    if not entry.isreg() or entry.issparse():
        return "no regular file"
    return None
