"""Plain WAV, 16-bit PCM: what most corpora hold, read without a copy.

Source: Multimedia Programming Interface and Data Specifications 1.0 (IBM and Microsoft, 1991).
Anything that is not exactly this form is left to libsndfile, which knows all the others.
"""

import struct

import numpy as np

from pipeline.audio.backend import Backend
from pipeline.audio.recording import Recording, Span

_PCM = 1
_RATES = range(1_000, 1_000_001)
_CHANNELS = range(1, 65)


class PlainWav(Backend):
    """Reads the samples of a short clip in a tenth of the time that libsndfile takes to open it."""

    suffixes = frozenset({".wav"})

    def accepts(self, head: bytes) -> bool:
        """Whether it is a RIFF file with audio."""
        return head[:4] == b"RIFF" and head[8:12] == b"WAVE"

    def decode(self, content: bytes, span: Span) -> Recording | None:
        """A part of the file, without a copy."""
        plain = read_plain_wav(content)
        if plain is None:
            return None
        samples, rate = plain
        first, last = span.frame_range(len(samples), rate)
        return Recording(samples[first:last], rate, "WAV/PCM_16", samples.shape[1])


def read_plain_wav(content: bytes) -> tuple[np.ndarray, int] | None:
    """Samples of a plain WAV, without a copy.

    Args:
        content: The whole file.

    Returns:
        Samples, int16 of shape ``(frames, channels)``, read-only, and their rate in Hz; None where
        the file is of another form, is cut off, or contradicts itself.
    """
    if content[:4] != b"RIFF" or content[8:12] != b"WAVE":
        return None
    channels = rate = 0
    position = 12
    while position + 8 <= len(content):
        name, size = struct.unpack_from("<4sI", content, position)
        position += 8
        if name == b"fmt " and 16 <= size <= len(content) - position and not rate:
            form, channels, rate, _, block, bits = struct.unpack_from("<HHIIHH", content, position)
            if form != _PCM or bits != 16 or block != 2 * channels:
                return None
            if rate not in _RATES or channels not in _CHANNELS:
                return None
        elif name == b"data":
            if not rate or not size or size % (2 * channels) or position + size > len(content):
                return None
            samples = np.frombuffer(content, "<i2", size // 2, position)
            return samples.reshape(-1, channels), rate
        position += size + size % 2
    return None
