"""Decoding: from the bytes of any audio or video file to samples, or the reason why not.

Plain WAV and FLAC take short ways; of the rest libsndfile decodes what it can, and PyAV (FFmpeg)
what it can not. The content decides, not the suffix.
"""

import io
import math
import mmap
from dataclasses import dataclass

import numpy as np
import soundfile

from pipeline.audio.backends.flac import decode_plain_flac, read_flac_header
from pipeline.audio.backends.wav import read_plain_wav

MISSING_TOLERANCE = 0.010  # s; some writers count their header into the length of the samples

SHORT_STRETCH = 0.5
"""Shares of a FLAC below this are left to libsndfile, which decodes no more than is asked for."""

LFS_POINTER = b"version https://git-lfs.github.com/spec/"
_PCM_16 = {"PCM_16", "PCM_S8", "PCM_U8"}


class AudioError(Exception):
    """A clip can't be used.

    Attributes:
        reason: ``empty``, ``undecodable``, ``no_audio``, ``git_lfs_pointer``, ``truncated``,
            ``silent``, ``too_long``, ``no_channel`` or ``outside_recording``.
        detail: What was found, what was expected, what to do.
    """

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Recording:
    """Decoded audio as it was stored.

    Attributes:
        samples: Shape ``(frames, channels)``; int16, or float32 in [−1, 1].
        rate: In Hz.
        codec: Container and encoding, such as ``WAV/PCM_16``.
        channels: Number of channels of the file.
    """

    samples: np.ndarray
    rate: int
    codec: str
    channels: int


def decode(
    content: bytes,
    start: float | None = None,
    end: float | None = None,
    max_duration: float = math.inf,
) -> Recording:
    """Decodes a file, or a stretch of it.

    Args:
        content: The whole file.
        start: First moment wanted, in s, finite; None for the beginning.
        end: Last moment wanted, in s, finite; None for the end.
        max_duration: Longest stretch allowed, in s.

    Raises:
        AudioError: The file is empty, a Git LFS pointer, truncated, too long or no audio at all, or
            the stretch does not lie in it.
    """
    if not content:
        raise AudioError("empty", "the file has 0 bytes")
    if content.startswith(LFS_POINTER):
        raise AudioError(
            "git_lfs_pointer",
            f"a Git LFS pointer of {len(content)} bytes stands where the audio should be; "
            "run `git lfs pull` in the corpus's clone",
        )
    if plain := read_plain_wav(content):
        samples, rate = plain
        first, last = _stretch(start, end, len(samples), rate, max_duration)
        return Recording(samples[first:last], rate, "WAV/PCM_16", samples.shape[1])
    if header := read_flac_header(content):
        rate, channels, frames = header
        first, last = _stretch(start, end, frames, rate, max_duration)
        if last - first >= SHORT_STRETCH * frames:
            decoded = decode_plain_flac(content, header)
            if decoded is not None:
                return Recording(decoded[first:last], rate, "FLAC/PCM_16", channels)
    try:
        file = soundfile.SoundFile(_Content(content))
    except soundfile.LibsndfileError as error:
        return _decode_av(content, start, end, max_duration, error.error_string)
    with file:
        return _decode_sndfile(file, content, start, end, max_duration)


class _Content(io.BytesIO):
    """Bytes that libsndfile reads: a damaged header may send it to before their beginning."""

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return super().seek(max(0, offset) if whence == io.SEEK_SET else offset, whence)


def _decode_sndfile(
    file: soundfile.SoundFile,
    content: bytes,
    start: float | None,
    end: float | None,
    max_duration: float,
) -> Recording:
    rate, subtype = file.samplerate, file.subtype
    if absent := missing_bytes(content):
        missing = absent / max(1, file.channels * rate * bytes_per_sample(subtype))
        if missing > MISSING_TOLERANCE:
            raise AudioError("truncated", f"the header promises {missing:.2f} s more than there is")
    first, last = _stretch(start, end, file.frames, rate, max_duration)
    try:
        if first:
            file.seek(first)
        dtype = "int16" if subtype in _PCM_16 else "float32"
        samples = file.read(last - first, dtype=dtype, always_2d=True)
    except soundfile.LibsndfileError as error:
        raise AudioError("truncated", f"decoding broke off: {error}") from None
    lacking = (last - first - len(samples)) / rate
    if lacking > MISSING_TOLERANCE and not subtype.startswith("MPEG"):  # MPEG lengths: guesses
        raise AudioError("truncated", f"the header promises {lacking:.2f} s more than there is")
    return Recording(samples, rate, f"{file.format}/{subtype}", file.channels)


def _decode_av(
    content: bytes, start: float | None, end: float | None, max_duration: float, problem: str
) -> Recording:
    """Decodes with FFmpeg what libsndfile can't: videos, AAC and the like."""
    import av  # only corpora of videos need it

    try:
        with av.open(io.BytesIO(content)) as container:
            if not container.streams.audio:
                raise AudioError("no_audio", f"{container.format.name} without an audio stream")
            stream = container.streams.audio[0]
            rate = check_rate(stream.codec_context.sample_rate if stream.codec_context else 0)
            converter = av.AudioResampler(format="fltp", rate=rate)
            longest = math.inf if math.isinf(max_duration) else (start or 0.0) + max_duration
            parts: list[np.ndarray] = []
            frames = 0
            for frame in container.decode(stream):
                converted = [part.to_ndarray() for part in converter.resample(frame)]
                parts += converted
                frames += sum(part.shape[1] for part in converted)
                if frames / rate > max(longest, end or 0.0) + 1.0:
                    break  # enough to know that it is too long
            samples = np.concatenate(parts, axis=1).T if parts else np.zeros((0, 1), np.float32)
            name = f"{container.format.name}/{stream.codec_context.name}"
    except (av.FFmpegError, ValueError) as error:
        raise AudioError(
            "undecodable", f"libsndfile: {problem}; FFmpeg: {error}; starts with {content[:8]!r}"
        ) from None
    first, last = _stretch(start, end, len(samples), rate, max_duration)
    return Recording(np.ascontiguousarray(samples[first:last]), rate, name, samples.shape[1])


def check_rate(rate: int) -> int:
    """The rate, if sound can have been sampled at it."""
    if not 1_000 <= rate <= 1_000_000:
        raise AudioError("undecodable", f"the header gives a sample rate of {rate} Hz")
    return rate


def _stretch(
    start: float | None, end: float | None, frames: int, rate: int, max_duration: float
) -> tuple[int, int]:
    """First and last frame of a stretch, checked against the recording and the longest allowed."""
    begin = (start or 0.0) * rate
    until = frames if end is None else min(end * rate, frames)
    if not 0 <= begin <= until or (start is not None and round(begin) >= frames):
        raise AudioError(
            "outside_recording",
            f"from {start or 0:g} s to {'the end' if end is None else f'{end:g} s'} of a recording "
            f"of {frames / rate:.2f} s",
        )
    first, last = round(begin), round(until)
    if (last - first) / rate > max_duration:
        raise AudioError(
            "too_long",
            f"{(last - first) / rate:.2f} s, longer than max_duration {max_duration:g} s",
        )
    return first, last


def missing_bytes(content: bytes | mmap.mmap) -> int:
    """Bytes that a WAV or AIFF header promises beyond the end of the file."""
    if content[:4] in {b"RIFF", b"RIFX"} and content[8:12] == b"WAVE":
        wanted, order = b"data", "little" if content[:4] == b"RIFF" else "big"
    elif content[:4] == b"FORM" and content[8:11] == b"AIF":
        wanted, order = b"SSND", "big"
    else:
        return 0
    position = 12
    while position + 8 <= len(content):
        size = int.from_bytes(content[position + 4 : position + 8], order)  # type: ignore[arg-type]
        if content[position : position + 4] == wanted:
            streamed = size in {0, 0x7FFFFFFF, 0xFFFFFFFF} or size > 0xFFFFFF00
            return 0 if streamed else max(0, position + 8 + size - len(content))
        position += 8 + size + size % 2
    return 0


def bytes_per_sample(subtype: str) -> float:
    """Bytes of one sample of one channel in libsndfile's encoding ``subtype``."""
    bits = {"PCM_16": 16, "PCM_24": 24, "PCM_32": 32, "FLOAT": 32, "DOUBLE": 64}
    return bits.get(subtype, 8) / 8
