"""Messages for errors of the operating system: a folder that can't be written to, a full disk."""

import errno
import os
from pathlib import Path

_OF_WRITING = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EISDIR, errno.EEXIST, errno.ENOTEMPTY}


def describe_failure(error: OSError) -> str | None:
    """One line about a failed access to a file; None where the error does not say enough."""
    if error.errno is None:
        return None
    reason = error.strerror or os.strerror(error.errno)
    name = error.filename2 or error.filename
    if not isinstance(name, str | bytes | os.PathLike):
        return reason
    file = Path(os.fsdecode(name))
    if error.errno == errno.ENOENT:
        return f"{file}: no such {'file or folder' if file.parent.exists() else 'folder'}"
    unread = error.errno not in _OF_WRITING and file.exists() and not os.access(file, os.R_OK)
    return f"{file}: can't be {'read' if unread else 'written'}: {reason}"
