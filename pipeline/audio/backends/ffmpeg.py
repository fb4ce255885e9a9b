"""What FFmpeg decodes where libsndfile can't: videos, AAC and the like; read through PyAV."""

import io
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from pipeline.audio.backend import AudioBlocks, Backend
from pipeline.audio.backends.ffmpeg_containers import open_container
from pipeline.audio.recording import AudioError, Recording, Span, check_rate


class Ffmpeg(Backend):
    """Decodes a file from its beginning to the end of the part wanted, as float32."""

    suffixes = frozenset(
        {".3gp", ".aac", ".amr", ".avi", ".m4a", ".mka", ".mkv", ".mov", ".mp4", ".mpeg", ".mpg"}
        | {".webm", ".wma", ".wv"}
    )
    libraries = ("av",)

    def accepts(self, head: bytes) -> bool:
        """Always: FFmpeg itself tells what it knows."""
        return True

    def decode(self, content: bytes, span: Span) -> Recording | None:
        """A part of the first audio stream."""
        parts: list[np.ndarray] = []
        with _errors_of_av():
            rate, codec, decoded = _open(io.BytesIO(content))
            frames = 0
            for part in decoded:
                parts.append(part)
                frames += part.shape[1]
                span.check_size(frames - (span.start or 0.0) * rate, len(part))
                if frames / rate > span.decoded_seconds:
                    break
        samples = np.concatenate(parts, axis=1).T if parts else np.zeros((0, 1), np.float32)
        first, last = span.frame_range(len(samples), rate)
        part = np.ascontiguousarray(samples[first:last])
        return Recording(part, rate, codec, samples.shape[1])

    def open(self, path: Path, block_frames: int) -> AudioBlocks | None:
        """The whole first audio stream."""
        file = path.open("rb")
        with _errors_of_av():
            rate, _, decoded = _open(file)
        return AudioBlocks(rate, _join(decoded, block_frames))


@contextmanager
def _errors_of_av() -> Iterator[None]:
    import av  # only corpora of videos need it

    try:
        yield
    except (av.FFmpegError, ValueError) as error:
        raise AudioError("undecodable", f"FFmpeg: {error}") from None


def _open(file: BinaryIO) -> tuple[int, str, Iterator[np.ndarray]]:
    """Rate in Hz, container and codec, and the samples: float32, each ``(channels, frames)``.

    Closes the file when all samples are read, or at an error.
    """
    with ExitStack() as opened:
        opened.enter_context(file)
        container = opened.enter_context(open_container(file))
        if not container.streams.audio:
            raise AudioError("no_audio", f"{container.format.name} without an audio stream")
        context = container.streams.audio[0].codec_context
        rate = check_rate(context.sample_rate if context else 0)
        codec = f"{container.format.name}/{context.name}"
        return rate, codec, _decode(container, rate, opened.pop_all())


def _decode(container: Any, rate: int, opened: ExitStack) -> Iterator[np.ndarray]:
    import av

    converter = av.AudioResampler(format="fltp", rate=rate)
    with opened:
        for frame in container.decode(container.streams.audio[0]):
            for part in converter.resample(frame):
                yield part.to_ndarray()


def _join(parts: Iterable[np.ndarray], block_frames: int) -> Iterator[np.ndarray]:
    """Blocks ``(frames, channels)`` of at least so many frames; FFmpeg's have a thousand or so."""
    held: list[np.ndarray] = []
    with _errors_of_av():
        for part in parts:
            held.append(part)
            if sum(one.shape[1] for one in held) >= block_frames:
                yield np.concatenate(held, axis=1).T
                held = []
        if held:
            yield np.concatenate(held, axis=1).T
