"""Unpacks an archive into a folder, whatever its members are called: none gets out of it.

Members get the names that they have where the archive is read in place, so that a corpus has one
set of ids, unpacked or not.
"""

import shutil
import tarfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline.common.errors import DataError
from pipeline.sources.member_names import tar_name, zip_name

UNPACKED = (".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz")
"""Suffixes of archives that are unpacked here, in lower case."""

_MOST_MEMBERS = 5_000_000


def can_unpack(name: str) -> bool:
    """Whether a file of that name is an archive that can be unpacked."""
    return name.lower().endswith(UNPACKED)


def unpack_archive(archive: Path, folder: Path, encoding: str | None = None) -> int:
    """Unpacks a zip or tar file; files that are there already are replaced.

    Args:
        archive: Archive of one of the kinds that :func:`can_unpack` knows.
        folder: Folder to write to; made if it is missing.
        encoding: Encoding of names that are not marked as UTF-8, if the spec states it.

    Returns:
        Number of files.

    Raises:
        DataError: It is damaged, encrypted, larger than the disk, or a member is a device, would
            lie outside of the folder or has a name in an encoding that nobody states; nothing more
            is unpacked then.
    """
    folder.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(folder).free
    with _explained(archive):
        if archive.name.lower().endswith(".zip"):
            return _unpack_zip(archive, folder, free, encoding)
        return _unpack_tar(archive, folder, free, encoding)


def _unpack_zip(archive: Path, folder: Path, free: int, encoding: str | None) -> int:
    files = 0
    with zipfile.ZipFile(archive) as file:
        members = file.infolist()
        _check_size(archive, len(members), sum(one.file_size for one in members), free)
        for member in members:
            name, problem = zip_name(member, encoding)
            if problem:
                raise DataError(f"{archive}: can't be unpacked: {problem}")
            target = (folder / name).resolve()
            if not target.is_relative_to(folder.resolve()) or Path(name).is_absolute():
                raise DataError(f"{archive}: the member {name!r} would lie outside of {folder}")
            member.filename = name
            file.extract(member, folder)
            files += not member.is_dir()
    return files


def _unpack_tar(archive: Path, folder: Path, free: int, encoding: str | None) -> int:
    files = size = 0
    with tarfile.open(archive, "r:*") as file:
        for member in file:
            files += member.isfile()
            size += member.size
            _check_size(archive, files, size, free)
            target = member.linkname  # one inside the archive is looked up by its stored name
            named = member.replace(
                name=tar_name(member.name, encoding),
                linkname=tar_name(target, encoding) if member.issym() else target,
                deep=False,
            )
            file.extract(named, folder, filter="data")
    return files


def _check_size(archive: Path, members: int, size: int, free: int) -> None:
    if members > _MOST_MEMBERS:
        raise DataError(f"{archive}: more than {_MOST_MEMBERS:,} members")
    if size > free:
        raise DataError(f"{archive}: unpacks to {size:,} bytes or more, {free:,} are free")


@contextmanager
def _explained(archive: Path) -> Iterator[None]:
    """Turns what is wrong with an archive into an error for the user."""
    try:
        yield
    except tarfile.FilterError as error:
        raise DataError(f"{archive}: {error}") from None
    except (tarfile.TarError, zipfile.BadZipFile, EOFError, RuntimeError) as error:
        raise DataError(f"{archive}: can't be unpacked: {error}") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise DataError(f"{archive}: can't be unpacked: {reason}") from None
