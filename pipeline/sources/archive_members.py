"""Members of archives: what a directory says of them, whatever the kind of archive."""

from dataclasses import dataclass

from pipeline.sources.listing import too_large

LARGEST_MEMBER = 1 << 30
"""Members that unpack to more than 1 GiB are not read: no clip is that long, but zip bombs are."""

MOST_MEMBERS = 1_000_000


@dataclass(frozen=True, slots=True)
class Member:
    """A file in an archive.

    Attributes:
        path: Below the archive's root, ``/``-separated.
        size: Size in bytes, unpacked.
        version: Differs whenever the content does: checksum and time in a zip, time in a tar.
        problem: Why it can't be read, if it can't.
        start: Position in the archive: of the bytes in a tar, of the header before them in a zip.
        end: Before what byte it ends there.
    """

    path: str
    size: int
    version: str
    problem: str | None
    start: int
    end: int


def unpacks_too_large(size: int) -> str | None:
    """Why a member of this size, in bytes, is not read; None where it is."""
    problem = too_large(size, LARGEST_MEMBER)
    return f"unpacks to {problem}" if problem else None


def check_count(count: int) -> None:
    """Makes sure that an archive has no more members than are read.

    Raises:
        ValueError: It has.
    """
    if count > MOST_MEMBERS:
        raise ValueError(f"more than {MOST_MEMBERS:,} members; unpack it")
