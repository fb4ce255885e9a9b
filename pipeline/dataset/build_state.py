"""Whether a build of a dataset has come to its end: a file that lies in the folder until then."""

from pipeline.storage import files as storage

UNFINISHED = ".build/unfinished"
"""File that lies in a dataset folder from the start of a build until its manifest is written."""


def mark_unfinished(output: str) -> None:
    """Notes in a dataset folder that a build has begun."""
    storage.write_atomic(storage.join(output, UNFINISHED), b"")


def is_unfinished(output: str) -> bool:
    """Whether a build of a dataset has begun and not come to its end."""
    return storage.file_size(storage.join(output, UNFINISHED)) is not None


def mark_finished(output: str) -> None:
    """Removes the note of :func:`mark_unfinished`."""
    storage.delete(storage.join(output, UNFINISHED))
