"""Temporary folders, and those that killed processes have left.

A folder names the process that it belongs to. Whoever makes the next one deletes those of processes
that have ended; what is kept for people to read names none.
"""

import json
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path

from pipeline.common.process_identity import ProcessIdentity

_PREFIX = "exhubert-"
_OWNER = "process.json"


def make_scratch_folder() -> Path:
    """A temporary folder of this process; those that dead ones have left are deleted."""
    remove_left_behind(Path(tempfile.gettempdir()))
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
    with suppress(OSError):  # a full disk, which the next step will report
        (folder / _OWNER).write_text(json.dumps(asdict(ProcessIdentity.own())))
    return folder


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """A temporary folder of this process, for as long as it is needed."""
    folder = make_scratch_folder()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def keep_for_people(folder: Path) -> None:
    """Keeps a folder beyond the end of its process, for the logs in it."""
    (folder / _OWNER).unlink(missing_ok=True)


def remove_left_behind(parent: Path) -> None:
    """Deletes folders of this user's processes on this machine that have ended.

    Args:
        parent: The folder of temporary files, in which others may write, too.
    """
    for folder in parent.glob(f"{_PREFIX}*"):
        with suppress(OSError, ValueError, TypeError, LookupError):  # another's, or going just now
            status = folder.lstat()
            if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.geteuid():
                continue
            owner = ProcessIdentity.from_fields(json.loads((folder / _OWNER).read_text()))
            if owner.is_here and not owner.runs:
                shutil.rmtree(folder, ignore_errors=True)
