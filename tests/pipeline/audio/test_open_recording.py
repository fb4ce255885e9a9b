import io
from pathlib import Path

import av
import numpy as np
import pytest
import soundfile

from pipeline.audio.decoder import decode
from pipeline.audio.open_recording import OpenRecording
from pipeline.audio.recording import AudioError, Recording, Span

SPANS = [
    *((0.0, 0.5), (0.25, 1.0), (0.25, 0.75), (1.0, None), (None, 0.4), (2.2, 3.7), (3.7, 4.0)),
    *((5.0, 5.01), (5.0, 7.995), (7.9, 8.01), (7.5, 9.0), (9.0, 10.0), (4.0, 4.0)),
]
"""Overlapping ones, open ones, one that ends behind, one outside, an empty one."""

KINDS = [
    *(
        ("WAV", "PCM_16"),
        ("WAV", "PCM_24"),
        ("WAV", "FLOAT"),
        ("WAV", "IMA_ADPCM"),
        ("RF64", "PCM_16"),
    ),
    *(
        ("W64", "PCM_16"),
        ("AIFF", "PCM_16"),
        ("AU", "ULAW"),
        ("CAF", "ALAC_16"),
        ("FLAC", "PCM_16"),
    ),
    *(("FLAC", "PCM_24"), ("OGG", "VORBIS"), ("MP3", "MPEG_LAYER_III"), ("m4a", "aac")),
    *(("m4a", "alac"), ("matroska", "libopus")),
]


def noise(seconds: float = 8.0, rate: int = 16_000, channels: int = 2) -> np.ndarray:
    samples = np.random.default_rng(1).standard_normal((round(seconds * rate), channels))
    return (0.1 * np.cumsum(samples - samples.mean(0), 0) % 1 - 0.5).astype(np.float32)


def stored(container: str, codec: str) -> bytes:
    file = io.BytesIO()
    if container.isupper():
        rate = 44_100 if container == "MP3" else 16_000
        samples = noise(rate=rate, channels=1 if codec == "GSM610" else 2)
        with soundfile.SoundFile(
            file, "w", rate, samples.shape[1], codec, format=container
        ) as sound:
            for start in range(0, len(samples), 4_096):
                sound.write(samples[start : start + 4_096])
        return file.getvalue()
    rate = 48_000 if codec == "libopus" else 16_000
    with av.open(file, "w", format="ipod" if container == "m4a" else container) as film:
        stream = film.add_stream(codec, rate=rate, layout="stereo")
        kind = "s16p" if codec == "alac" else "flt" if codec == "libopus" else "fltp"
        samples = noise(rate=rate)
        if codec == "alac":
            samples = np.round(samples * 32_767).astype(np.int16)
        planes = samples.T if kind.endswith("p") else samples.reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(planes), kind, "stereo")
        frame.rate, frame.pts = rate, 0
        for packet in [*stream.encode(frame), *stream.encode(None)]:
            film.mux(packet)
    return file.getvalue()


def outcome(read: object, *args: object) -> tuple[object, np.ndarray]:
    try:
        recording: Recording = read(*args)  # type: ignore[operator]
    except AudioError as error:
        return (error.reason, error.detail), np.zeros(0)
    samples = recording.samples
    facts = recording.rate, recording.codec, recording.channels, recording.flags, samples.dtype
    return facts, samples


def compare(content: bytes, spans: list[tuple[float | None, float | None]]) -> None:
    recording = OpenRecording(io.BytesIO(content), len(content))
    for start, end in spans:
        facts, samples = outcome(decode, content, start, end, 60.0)
        found, part = outcome(recording.read, Span(start, end, 60.0))
        assert found == facts, (start, end)
        if "MP3" in str(facts):  # sought and passed through differ by rounding
            assert np.allclose(part, samples, atol=1e-6), (start, end)
        else:
            assert np.array_equal(part, samples), (start, end)


def by_start(
    spans: list[tuple[float | None, float | None]],
) -> list[tuple[float | None, float | None]]:
    return sorted(spans, key=lambda span: (span[0] or 0.0, span[1] or 0.0))


@pytest.mark.parametrize(("container", "codec"), KINDS)
def test_parts_of_an_open_file_are_those_of_its_bytes(container: str, codec: str) -> None:
    content = stored(container, codec)
    compare(content, by_start(SPANS))
    compare(content, SPANS[::-1])


@pytest.mark.parametrize(("container", "codec"), KINDS)
def test_damage_comes_to_the_same(container: str, codec: str) -> None:
    content = stored(container, codec)
    cut = content[: len(content) * 2 // 3]
    compare(cut, by_start(SPANS))
    holed = bytearray(content)
    middle = len(holed) // 2
    holed[middle : middle + 900] = bytes(900)
    compare(bytes(holed), by_start(SPANS))


def test_a_tag_before_the_header_and_a_length_never_written() -> None:
    content = bytearray(stored("WAV", "PCM_16"))
    tag = b"ID3\x04\x00\x00" + bytes([0, 0, 1, 0]) + bytes(128)
    compare(tag + bytes(content), by_start(SPANS))
    content[40:44] = b"\xff\xff\xff\xff"
    compare(bytes(content), by_start(SPANS))


def test_flac_files_that_follow_each_other() -> None:
    content = stored("FLAC", "PCM_16")
    compare(content + content, by_start([*SPANS, (9.0, 12.0)]))


@pytest.mark.parametrize(
    "content", [b"", b"version https://git-lfs.github.com/spec/v1\n", b"x" * 99]
)
def test_what_is_no_audio_is_said_of_each_part(content: bytes) -> None:
    compare(content, SPANS)


def test_parts_of_real_recordings(real_audio: Path) -> None:
    for file in sorted(real_audio.rglob("*.*")):
        if file.is_file() and file.stat().st_size < 1 << 20:
            compare(file.read_bytes(), by_start([(0.0, 0.5), (0.2, 0.9), (0.9, None), (None, 0.3)]))


class Broken(io.BytesIO):
    """A file of which some bytes can't be read."""

    fails = False

    def read(self, size: int | None = -1, /) -> bytes:
        if self.fails and self.tell() > 60_000:
            raise OSError("the disk is gone")
        return super().read(size)


def test_a_file_that_cannot_be_read_is_no_damaged_file() -> None:
    content = stored("WAV", "PCM_16")
    file = Broken(content)
    recording = OpenRecording(file, len(content))
    first = recording.read(Span(0.0, 0.5)).samples
    file.fails = True
    with pytest.raises(OSError, match="disk is gone"):
        recording.read(Span(4.0, 5.0))
    file.fails = False
    assert np.array_equal(recording.read(Span(0.0, 0.5)).samples, first)
