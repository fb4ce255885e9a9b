"""Plain FLAC, 16-bit: decoded by dr_flac in 0.6 of the time that libsndfile takes.

Source: Free Lossless Audio Codec, RFC 9639. Anything that is not exactly this form, or does not
decode to what its header promises, is left to libsndfile, which knows the rest and says why not.
"""

from typing import NamedTuple

import numpy as np

from pipeline.audio.backend import Backend
from pipeline.audio.recording import Recording, Span

try:
    import miniaudio
except ImportError:  # no wheel, as for Linux on ARM
    miniaudio = None

SHORT_PART = 0.5
"""Shares of a FLAC below this are left to libsndfile, which decodes no more than is asked for."""

_RATES = range(1_000, 655_351)
_BITS = 16
_HEADER = 26
"""Bytes as far as the number of frames."""


class PlainFlac(Backend):
    """Decodes whole files, or most of them."""

    suffixes = frozenset({".flac"})
    libraries = ("miniaudio",)

    def accepts(self, head: bytes) -> bool:
        """Whether the header promises 16-bit samples and says how many."""
        return read_flac_header(head) is not None

    def decode(self, content: bytes, span: Span) -> Recording | None:
        """A part of the file; None where it is short or the file is damaged."""
        header = read_flac_header(content)
        if header is None:
            return None
        first, last = span.frame_range(header.frames, header.rate)
        if last - first < SHORT_PART * header.frames:
            return None
        span.check_size(header.frames, header.channels)
        samples = decode_plain_flac(content, header)
        if samples is None:
            return None
        return Recording(samples[first:last], header.rate, "FLAC/PCM_16", header.channels)


class FlacHeader(NamedTuple):
    """Facts from the header of a plain FLAC; the rate is in Hz."""

    rate: int
    channels: int
    frames: int


def read_flac_header(content: bytes) -> FlacHeader | None:
    """The header of a plain FLAC; None where the file is of another form."""
    if miniaudio is None or len(content) < _HEADER or content[:4] != b"fLaC" or content[4] & 127:
        return None
    # Behind the sizes of blocks and frames: rate 20 bits, channels 3, bits 5, frames 36.
    packed = int.from_bytes(content[18:_HEADER], "big")
    rate, channels, bits = packed >> 44, (packed >> 41 & 7) + 1, (packed >> 36 & 31) + 1
    frames = packed & (1 << 36) - 1  # 0 where the writer did not know
    if bits != _BITS or rate not in _RATES or not frames:
        return None
    return FlacHeader(rate, channels, frames)


def decode_plain_flac(content: bytes, header: FlacHeader) -> np.ndarray | None:
    """All samples, int16 of shape ``(frames, channels)``; None where the file is damaged."""
    try:
        decoded = miniaudio.flac_read_s16(content)
    except miniaudio.DecodeError:
        return None
    if decoded.nchannels != header.channels:
        return None
    if len(decoded.samples) != header.frames * header.channels:
        return None
    return np.frombuffer(decoded.samples, np.int16).reshape(-1, header.channels)
