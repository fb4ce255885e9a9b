"""Files and folders of this machine: of a URL, ``Path`` would keep one slash of two."""

from pathlib import Path

from pipeline.common.errors import UsageError
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
