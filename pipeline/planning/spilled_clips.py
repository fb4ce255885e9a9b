"""Clips that wait until a corpus is listed: in memory while they are few, on disk from then on."""

import pickle
import tempfile
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import IO

from pipeline.common.errors import DataError
from pipeline.index.indexer import FoundClip

IN_MEMORY = 8 << 20
"""Bytes that are held in memory: about 70,000 clips."""

_AT_ONCE = 1_000
"""Clips that are written and read in one piece."""


def spill_clips(clips: Iterable[FoundClip]) -> Iterator[FoundClip]:
    """Takes all clips at once, and gives them in their order without holding them all.

    Raises:
        DataError: There is no room for them.
    """
    file = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 (closed where it is read)
    try:
        return _read(file, _write(iter(clips), file))
    except BaseException:
        file.close()
        raise


def _write(clips: Iterator[FoundClip], file: IO[bytes]) -> int:
    """Writes clips; returns in how many pieces."""
    pieces = 0
    while piece := list(islice(clips, _AT_ONCE)):
        content = pickle.dumps(piece, protocol=5)
        try:
            file.write(content)
            file.flush()
        except OSError as error:
            folder = tempfile.tempdir or "no folder for temporary files"
            raise DataError(
                f"{folder}: {error.strerror or error}; the list of a corpus's clips waits there, "
                "about 120 MB a million: make room, or set TMPDIR to another folder"
            ) from None
        pieces += 1
    return pieces


def _read(file: IO[bytes], pieces: int) -> Iterator[FoundClip]:
    with file:
        file.seek(0)
        for _ in range(pieces):
            yield from pickle.load(file)  # our own, in a file without a name
