"""A lock of a dataset folder: two commands that write to it would lose each other's shards.

On a disk the system holds it, and lets go of it when the process ends, however it does. Stores, and
disks without locks, get a claim (:mod:`pipeline.storage.claims`).
"""

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from pipeline.common.errors import DataError
from pipeline.storage import is_remote
from pipeline.storage.claims import Claim, check_unclaimed, claim_folder, refusal

LOCK = ".build/lock"
"""The file that is locked, below a local folder; there only while it is."""

_NO_LOCKS = {errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL}
_READABLE = 4096  # bytes that the description of a holder never exceeds


@contextmanager
def lock_folder(folder: str, purpose: str) -> Iterator[None]:
    """Locks a folder meanwhile; other processes get an error that says who has locked it.

    Args:
        folder: Path or URL of a dataset.
        purpose: What it is locked for, in words of a message: ``exhubert build``.

    Raises:
        DataError: Another process has locked it.
        OSError: The folder can't be written to.
    """
    lock = None if is_remote(folder) else _lock_file(folder, purpose)
    if lock is None:
        with claim_folder(folder, purpose):
            yield
        return
    try:
        check_unclaimed(folder)
        yield
    finally:
        with suppress(OSError):  # whoever locks it next takes the file as it lies there
            Path(folder, LOCK).unlink(missing_ok=True)
        os.close(lock)


def check_unlocked(folder: str) -> None:
    """Checks that nobody is writing to a folder that is about to be read.

    Raises:
        DataError: Someone is; the message says who.
    """
    if not is_remote(folder):
        with suppress(FileNotFoundError, NotADirectoryError, PermissionError):
            _check_file(folder)
    check_unclaimed(folder)


def _lock_file(folder: str, purpose: str) -> int | None:
    """Descriptor of the locked file; None where the disk knows no locks."""
    path = Path(folder, LOCK)
    path.parent.mkdir(parents=True, exist_ok=True)
    while True:
        lock = _open(path, os.O_RDWR | os.O_CREAT)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if _is_at(path, lock):  # else the one who held it has deleted it meanwhile
                os.truncate(lock, 0)
                os.write(lock, Claim.new(purpose).to_json())
                return lock
        except BlockingIOError:
            holder = os.read(lock, _READABLE)
            os.close(lock)
            raise DataError(refusal(folder, Claim.from_json(holder))) from None
        except OSError as error:
            os.close(lock)
            if error.errno in _NO_LOCKS:
                path.unlink(missing_ok=True)
                return None
            raise
        os.close(lock)


def _check_file(folder: str) -> None:
    lock = _open(Path(folder, LOCK), os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        raise DataError(refusal(folder, Claim.from_json(os.read(lock, _READABLE)))) from None
    except OSError as error:
        if error.errno not in _NO_LOCKS:
            raise
    finally:
        os.close(lock)


def _open(path: Path, flags: int) -> int:
    try:
        return os.open(path, flags | os.O_NOFOLLOW, 0o644)
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise DataError(
                f"{path}: is a link, which no command of ours makes; delete it"
            ) from None
        raise


def _is_at(path: Path, descriptor: int) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False
