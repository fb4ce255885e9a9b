"""One audio track of a file, decoded packet by packet on the file's own time line.

What does not decode or is missing becomes silence of the same length, so that later sounds keep
their times; where no time is given it is left out. Either is reported as damage.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, BinaryIO

import av
import numpy as np

from pipeline.audio.backends.ffmpeg_containers import open_container
from pipeline.audio.backends.frame_converter import FrameConverter
from pipeline.audio.backends.time_line import TimeLine
from pipeline.audio.containers.layout import refuse_shorter
from pipeline.audio.containers.mpeg import read_frame
from pipeline.audio.recording import AudioError, check_rate

EXACT = {"aiff", "ape", "au", "caf", "flac", "tta", "w64", "wav", "wv"}
"""Formats whose headers state the exact number of frames."""

CHECKSUMMED = {"ac3", "eac3", "flac", "tta", "wavpack"}
"""Codecs whose damage shows in their checksums only."""

TIMED = {"matroska,webm", "ogg"}
"""Formats whose stated length is that of their times."""

UNTIMED = {"aac", "ac3", "amr", "amrnb", "amrwb", "dts", "eac3", "loas", "mp3", "truehd"}
"""Formats that hold no times: FFmpeg counts packets, by the rate of the first."""

MAX_FAILURES = 16
"""Times in a row that reading goes on behind damage before the rest is given up."""


@dataclass
class Track:
    """One audio track of an open file.

    Attributes:
        rate: Sampling rate in Hz.
        codec: Container and codec, such as ``matroska,webm/aac``.
        channels: Channels of the first packet; packets with others are mixed to as many.
        lead: Frames between the start of the picture and that of the sound.
        damage: First and last frame of what did not decode, from the start of the picture.
    """

    container: Any
    stream: Any
    rate: int
    codec: str
    channels: int = 1
    lead: int = 0
    damage: list[tuple[int, int]] = field(default_factory=list)

    def damaged_between(self, first: int, last: int) -> bool:
        """Whether something between two frames did not decode."""
        return any(start <= last and first <= end for start, end in self.damage)

    def blocks(self, from_picture: bool = False) -> Iterator[np.ndarray]:
        """All samples, float32, each ``(channels, frames)``.

        Args:
            from_picture: Whether silence stands for what the picture starts before the sound.

        Raises:
            AudioError: Less than half of the track decodes, or it is shorter than stated.
        """
        given = 0
        with self.container:
            for block in _on_time_line(self, from_picture):
                given += block.shape[1]
                yield block
            silent = sum(last - first for first, last in self.damage)
            if 2 * silent > given:
                raise AudioError(
                    "undecodable",
                    f"FFmpeg can't decode {silent / self.rate:.2f} s of {given / self.rate:.2f} s",
                )
            stated = self.stream.duration
            exact = self.container.format.name in EXACT and not self.codec.endswith("/alac")
            if exact and stated:  # of ALAC in CAF FFmpeg cuts the padding twice
                refuse_shorter(float(stated * self.stream.time_base), given / self.rate)


def open_track(source: BinaryIO, number: int | None = None) -> Track:
    """An audio track of a file.

    Args:
        source: The file.
        number: Number of the track, from 0; None for the one marked as default, or the first if
            none or several are.

    Raises:
        AudioError: There is no audio, no such track, or no decoder for it.
        av.FFmpegError: The file is damaged.
    """
    container: Any = open_container(source)
    tracks = container.streams.audio
    if not tracks:
        container.close()
        raise AudioError("no_audio", f"{container.format.name} without an audio stream")
    if number is not None and number >= len(tracks):
        container.close()
        raise AudioError(
            "no_channel", f"the spec wants audio track {number}, the file has {len(tracks)}"
        )
    default = av.stream.Disposition.default
    stream = next((track for track in tracks if track.disposition & default), tracks[0])
    stream = stream if number is None else tracks[number]
    if stream.codec_context is None:
        codec = _describe(container, stream.index)
        source.seek(0)
        named = re.search(rb"A_[A-Z0-9_/.]{2,}", source.read(65_536))  # so Matroska names codecs
        codec = named[0].decode() if named else codec
        container.close()
        raise AudioError(
            "undecodable",
            f"FFmpeg has no decoder for the codec of this {container.format.name} file ({codec}); "
            "convert it to WAV or FLAC",
        )
    if stream.codec_context.name in CHECKSUMMED:
        checks = {"err_detect": "crccheck+explode"}
        stream.codec_context.options = {**stream.codec_context.options, **checks}
    rate = check_rate(stream.codec_context.sample_rate)
    return Track(container, stream, rate, f"{container.format.name}/{stream.codec_context.name}")


def _describe(container: Any, index: int) -> str:
    """FFmpeg's description of a stream, which alone names codecs without a decoder."""
    level = av.logging.get_level()
    av.logging.set_level(av.logging.INFO)
    try:
        found = re.search(rf"Stream #0:{index}.*?Audio: (.+)", container.dumps_format())
    finally:
        av.logging.set_level(level)
    return found[1].strip() if found else "unknown"


def _on_time_line(track: Track, from_picture: bool) -> Iterator[np.ndarray]:
    """Blocks, with silence where the times of packets leave gaps."""
    format_ = track.container.format
    may_restart = bool(format_.flags & av.format.Flags.ts_discont.value)
    line = TimeLine(track.rate, track.damage, may_restart, exact=format_.name == "mpegts")
    for block, time in _blocks_with_times(track):
        if block is None:
            line.damaged = True
            continue
        if not line.has_begun:
            track.channels = len(block)
            time = time or 0.0
            picture = _picture_start(track.container) if from_picture else None
            track.lead = line.begin(time, picture)
            yield from _silence(track, track.lead)
        if time is not None:
            yield from _silence(track, line.fill_gap(time, block.shape[1]))
        line.go_on(block.shape[1])
        yield _with_channels(block, track.channels)
    yield from _silence(track, line.end(_stated_seconds(track)))


def _stated_seconds(track: Track) -> float:
    """Length of the track by the times in its container; 0 if they are not reliable."""
    container = track.container
    if container.format.name not in TIMED or container.streams.video or not container.duration:
        return 0.0
    seconds: float = container.duration / av.time_base
    return seconds


def _picture_start(container: Any) -> float | None:
    """Start of a video, in s; None where there is no picture, or only that of a cover."""
    cover = av.stream.Disposition.attached_pic
    if all(picture.disposition & cover for picture in container.streams.video):
        return None
    return None if container.start_time is None else container.start_time / av.time_base


def _silence(track: Track, frames: int) -> Iterator[np.ndarray]:
    """Silence in blocks of a second."""
    for first in range(0, frames, track.rate):
        yield np.zeros((track.channels, min(track.rate, frames - first)), np.float32)


def _with_channels(block: np.ndarray, channels: int) -> np.ndarray:
    if len(block) == channels:
        return block
    return np.repeat(block.mean(axis=0, keepdims=True), channels, axis=0)


def _blocks_with_times(track: Track) -> Iterator[tuple[np.ndarray | None, float | None]]:
    """Samples ``(channels, frames)`` and their time in s; None for what does not decode."""
    converter = FrameConverter(track.rate)
    decoded = failed = taken = 0
    reason: Exception | None = None
    for packet in _packets(track):
        if isinstance(packet, Exception):
            failed, reason = failed + 1, packet
            yield None, None
            continue
        try:
            frames = packet.decode()
        except av.EOFError:
            break
        except av.FFmpegError as error:
            failed, reason = failed + 1, error
            taken += packet.size
            yield None, None
            continue
        decoded += 1
        taken += packet.size
        if packet.is_corrupt or _has_more_than_a_frame(packet, track):
            yield None, None
        for frame in frames:
            time = None if track.container.format.name in UNTIMED else frame.time
            for block in converter.convert(frame):
                yield block, time
                time = None
    for block in converter.flush():
        yield block, None
    indexed = sum(entry.size for entry in track.stream.index_entries)
    if track.container.format.name == "avi" and taken < indexed:
        yield None, None  # bytes between two frames of MPEG audio: FFmpeg passes over them
    if failed > decoded or (failed and not converter.frames):
        raise AudioError(
            "undecodable", f"FFmpeg can't decode {failed} of {failed + decoded} packets: {reason}"
        )


def _has_more_than_a_frame(packet: Any, track: Track) -> bool:
    """Whether a packet of MPEG audio holds other bytes, too: FFmpeg's decoder passes over them."""
    if not packet.size or not track.codec.endswith(("/mp3float", "/mp3", "/mp2float", "/mp2")):
        return False
    frame = read_frame(bytes(packet), 0)
    return frame is None or frame.size != packet.size


def _packets(track: Track) -> Iterator[Any]:
    """Packets, the last one empty; or the error where one can't be read, and then those behind."""
    failures = 0
    while failures < MAX_FAILURES:
        try:
            for packet in track.container.demux(track.stream):
                failures = 0
                yield packet
        except av.EOFError:
            return
        except (av.FFmpegError, IndexError) as error:  # IndexError where damage adds a stream
            failures += 1
            yield error
        else:
            return
