"""The mark of an unfinished build: a file in the dataset folder until its manifest is written."""

from pipeline.storage import files as storage

UNFINISHED = ".build/unfinished"
"""Path of the mark, below the dataset folder."""

_CONTENT = b"A build of this dataset has begun and not ended. Building again resumes it.\n"


def mark_unfinished(output: str) -> None:
    """Writes the mark."""
    storage.write_atomic(storage.join(output, UNFINISHED), _CONTENT)


def is_unfinished(output: str) -> bool:
    """Whether a build of the dataset was started and not finished."""
    return storage.file_size(storage.join(output, UNFINISHED)) is not None


def mark_finished(output: str) -> None:
    """Removes the mark."""
    storage.delete(storage.join(output, UNFINISHED))
