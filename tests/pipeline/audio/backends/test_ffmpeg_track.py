"""The time line of a track: starts, gaps, changes in its middle, the choice among several."""

import io

import av
import numpy as np
import pytest

from pipeline.audio.backends.ffmpeg_track import open_track
from pipeline.audio.decoder import decode
from pipeline.audio.recording import AudioError
from tests.support.containers import SECONDS, muxed, sound


def two_tracks(container: str, default: int) -> bytes:
    """Silence, then sound."""
    buffer = io.BytesIO()
    with av.open(buffer, "w", format=container) as file:
        tracks = [file.add_stream("aac", rate=16_000, layout="mono") for _ in range(2)]
        for number, track in enumerate(tracks):
            track.disposition = av.stream.Disposition.default if number == default else 0  # type: ignore[assignment]
        for track, samples in zip(tracks, (np.zeros_like(sound()), sound()), strict=True):
            frame = av.AudioFrame.from_ndarray(samples[None].astype(np.float32), "fltp", "mono")
            frame.sample_rate = 16_000
            frame.pts = 0
            file.mux(track.encode(frame))
            file.mux(track.encode(None))
    return buffer.getvalue()


def loudest(content: bytes, **how: int) -> float:
    return float(np.abs(decode(content, **how).samples).max())  # type: ignore[arg-type]


@pytest.mark.parametrize("container", ["mp4", "matroska"])
def test_default_track_is_read_or_the_one_that_is_named(container: str) -> None:
    assert loudest(two_tracks(container, default=1)) > 0.3
    assert loudest(two_tracks(container, default=0)) == 0
    assert loudest(two_tracks(container, default=0), track=1) > 0.3
    assert loudest(two_tracks(container, default=1), track=0) == 0
    with pytest.raises(AudioError, match="wants audio track 2, the file has 2"):
        decode(two_tracks(container, default=0), track=2)


@pytest.mark.parametrize("container", ["mp4", "matroska"])
def test_times_of_a_film_are_those_of_its_picture(container: str) -> None:
    late = muxed(container, "aac", picture=0.5)
    assert len(decode(late).samples) / 16_000 == pytest.approx(SECONDS, abs=0.15)
    part = decode(late, 1.0, 2.0).samples[:, 0]
    encoded = sound()[8_000:24_000]
    assert max(np.corrcoef(part[1_024:], encoded[:-1_024])[0, 1],
               np.corrcoef(part, encoded)[0, 1]) > 0.9  # fmt: skip
    assert not decode(late, 0.0, 0.4).samples.any()
    with pytest.raises(AudioError, match="outside_recording"):
        decode(late, 1.0, 4.0)


@pytest.mark.parametrize("second", [("mono", 16_000), ("stereo", 16_000), ("mono", 24_000)])
def test_channels_and_rate_may_change_in_the_middle(second: tuple[str, int]) -> None:
    layout, rate = second
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="adts") as file:
        track = file.add_stream("aac", rate=rate, layout=layout)
        channels = 2 if layout == "stereo" else 1
        samples = np.tile(sound(rate).astype(np.float32), (channels, 1))
        frame = av.AudioFrame.from_ndarray(samples, "fltp", layout)
        frame.sample_rate = rate
        file.mux(track.encode(frame))
        file.mux(track.encode(None))
    first = muxed("adts", "aac")
    for content in (first + buffer.getvalue(), buffer.getvalue() + first):
        recording = decode(content)
        assert len(recording.samples) / recording.rate == pytest.approx(2 * SECONDS, abs=0.3)


def test_codec_without_a_decoder_is_named() -> None:
    unknown = muxed("matroska", "flac").replace(b"A_FLAC", b"A_XLAC")
    with pytest.raises(AudioError, match=r"no decoder for the codec .* \(A_XLAC\); convert it"):
        decode(unknown)


def test_damage_of_another_part_is_not_told_of_this_one() -> None:
    content = muxed("ipod", "aac")
    middle = len(content) // 2
    damaged = content[:middle] + b"\xaa" * 200 + content[middle + 200 :]
    whole = decode(damaged)
    assert whole.flags == ("damaged",)
    assert len(whole.samples) == len(decode(content).samples)
    assert decode(damaged, 0.0, 0.3).flags == ()
    np.testing.assert_allclose(decode(damaged, 1.7, 1.9).samples, decode(content, 1.7, 1.9).samples)


def test_parts_in_their_order_cost_one_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    content = muxed("ipod", "aac")
    opened = []
    monkeypatch.setattr(
        "pipeline.audio.backends.ffmpeg.open_track",
        lambda *arguments: opened.append(arguments) or open_track(*arguments),
    )
    whole = decode(content)
    parts = [decode(content, start / 10, start / 10 + 0.3) for start in range(15)]
    assert len(opened) == 1
    for number, part in enumerate(parts):
        first = number * 1_600
        np.testing.assert_array_equal(part.samples, whole.samples[first : first + 4_800])


@pytest.mark.parametrize(
    ("container", "codec", "rate"),
    [
        ("ipod", "aac", 16_000),
        ("matroska", "aac", 16_000),
        ("webm", "libopus", 48_000),
        ("avi", "libmp3lame", 16_000),
        ("avi", "ac3", 48_000),
        ("mpegts", "aac", 16_000),
        ("mpegts", "libmp3lame", 16_000),
        ("adts", "aac", 16_000),
        ("mp3", "libmp3lame", 16_000),
        ("ogg", "libopus", 48_000),
        ("matroska", "flac", 16_000),
    ],
)
@pytest.mark.parametrize("place", [0.4, 0.55, 0.8])
def test_damage_is_silent_and_flagged_whatever_the_container(
    container: str, codec: str, rate: int, place: float
) -> None:
    content = muxed(container, codec, rate)
    middle = round(len(content) * place)
    damaged = content[:middle] + b"\xaa" * 200 + content[middle + 200 :]
    whole = decode(content)
    try:
        found = decode(damaged)
    except AudioError:  # more than half of it is lost
        return
    if len(found.samples) != len(whole.samples) or "damaged" in found.flags:
        assert "damaged" in found.flags
    else:  # it fell on stuffing
        np.testing.assert_array_equal(found.samples, whole.samples)
