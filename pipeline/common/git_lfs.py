"""Git LFS pointers: texts that stand where files are, until these are fetched.

Source: Git LFS specification, "The Pointer".
"""

POINTER_START = b"version https://git-lfs."

POINTER_LIMIT = 200
"""Bytes that every pointer stays below, even of a file of terabytes; no clip is as short."""


def is_pointer(start: bytes) -> bool:
    """Whether the first bytes of a file are those of a pointer."""
    return start.startswith(POINTER_START)
