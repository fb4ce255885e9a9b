"""The interface of audio decoders."""

from collections.abc import Callable, Iterator
from typing import BinaryIO, NamedTuple, Protocol

import numpy as np

from pipeline.audio.recording import Recording, Span


class AudioBlocks(NamedTuple):
    """A recording that is decoded while it is read.

    Attributes:
        rate: Sampling rate in Hz.
        blocks: Float32 in [−1, 1], each ``(frames, channels)``; raises ``AudioError`` where the
            file breaks off, ``undecodable`` where another backend may know more.
    """

    rate: int
    blocks: Iterator[np.ndarray]


OpenSource = Callable[[], BinaryIO]
"""Gives the file, at its beginning, as often as it is asked."""

ReadPart = Callable[[Span], Recording | None]
"""Decodes a part of a file that stays open; as :meth:`Backend.decode`."""


class Backend(Protocol):
    """Decodes files of some formats; listed in :data:`pipeline.audio.decoder.BACKENDS`.

    Attributes:
        suffixes: Suffixes of such files in lower case, to find recordings in a folder; the content
            decides whether a file is read.
        libraries: Distributions that decode. Their versions, and the list of backends, are part
            of every shard's fingerprint.
        by_packet: Whether packets that don't decode are left out, and streams that follow each
            other are all decoded.
    """

    suffixes: frozenset[str]
    libraries: tuple[str, ...] = ()
    by_packet: bool = False

    def accepts(self, head: bytes) -> bool:
        """Whether a file that starts with these 64 bytes (or has no more) may be read."""

    def decode(self, content: bytes, span: Span) -> Recording | None:
        """Decodes a part of a file.

        Args:
            content: The whole file.
            span: The part wanted.

        Returns:
            The part; None to leave the file to the next backend.

        Raises:
            AudioError: The audio can't be used. If the reason is ``undecodable``, the next
                backend is asked.
        """

    def open(self, source: BinaryIO, block_frames: int) -> AudioBlocks | None:
        """Opens a file to decode it block by block, in memory that does not grow with its length.

        Args:
            source: The file, at its beginning; stays open.
            block_frames: About how many frames to decode at once.

        Returns:
            Rate and blocks; None to leave the file to the next backend.

        Raises:
            AudioError: As for :meth:`decode`.
            OSError: The file can't be read.
        """
        return None

    def open_parts(self, source: OpenSource) -> ReadPart | None:
        """Opens a file of which parts are decoded in turn, mostly in the order of their times.

        Args:
            source: The file.

        Returns:
            What gives each part as :meth:`decode` gives it; None to leave all to the next backend.
        """
        return None
