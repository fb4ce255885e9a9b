"""The short way for plain FLAC gives what libsndfile gives, or leaves the file to it."""

import io

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.audio.backends.flac import decode_plain_flac, read_flac_header
from pipeline.audio.decoder import decode
from pipeline.audio.recording import AudioError

pytest.importorskip("miniaudio", reason="no wheel of miniaudio for this platform")


def flac(frames: int, channels: int, rate: int, loudest: int, subtype: str = "PCM_16") -> bytes:
    rng = np.random.default_rng(frames)
    samples = rng.integers(-loudest, loudest, (frames, channels), endpoint=True)
    buffer = io.BytesIO()
    soundfile.write(buffer, samples.astype(np.int16), rate, format="FLAC", subtype=subtype)
    return buffer.getvalue()


def read(content: bytes) -> tuple[np.ndarray, int] | None:
    header = read_flac_header(content)
    samples = decode_plain_flac(content, header) if header and header.frames < 10**6 else None
    return None if samples is None else (samples, header.rate)


files = st.builds(
    flac,
    st.integers(1, 9_000),  # frames: a block has 4,096
    st.integers(1, 8),
    st.sampled_from([8_000, 16_000, 22_050, 44_100, 192_000]),
    st.sampled_from([0, 1, 300, 32_767]),
)


@settings(max_examples=60, deadline=None)
@given(files)
def test_samples_are_libsndfiles(content: bytes) -> None:
    plain = read(content)
    assert plain is not None
    expected, rate = soundfile.read(io.BytesIO(content), dtype="int16", always_2d=True)
    np.testing.assert_array_equal(plain[0], expected)
    assert plain[1] == rate


@settings(max_examples=300, deadline=None)
@given(files, st.data())
def test_a_damaged_file_is_read_right_or_left_alone(content: bytes, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, 60) | st.integers(0, len(content) - 1))
    byte = bytes([data.draw(st.integers(0, 255))])
    damaged = content[:at] + byte + content[at + 1 :]
    plain = read(damaged)
    if plain is None:
        return
    try:
        expected, _ = soundfile.read(io.BytesIO(damaged), dtype="int16", always_2d=True)
    except soundfile.LibsndfileError:  # its tags are damaged, which do not concern the sound
        expected, _ = soundfile.read(io.BytesIO(content), dtype="int16", always_2d=True)
    np.testing.assert_array_equal(plain[0], expected)


@settings(max_examples=40, deadline=None)
@given(files, st.integers(1, 200))
def test_a_file_cut_off_is_left_alone(content: bytes, bytes_lost: int) -> None:
    assert read(content[: max(0, len(content) - bytes_lost)]) is None


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 9_000), st.data())
def test_any_part_is_what_stands_there_in_the_whole(frames: int, data: st.DataObject) -> None:
    content = flac(frames, 1, 16_000, 300)
    first = data.draw(st.integers(0, frames - 1))
    last = data.draw(st.integers(first, frames))
    whole = decode(content)
    part = decode(content, first / 16_000, last / 16_000)
    np.testing.assert_array_equal(part.samples, whole.samples[first:last])
    assert part.codec == whole.codec == "FLAC/PCM_16"


def test_without_miniaudio_libsndfile_gives_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    content = flac(9_000, 2, 44_100, 32_767)
    short = decode(content)
    monkeypatch.setattr("pipeline.audio.backends.flac.miniaudio", None)
    assert read_flac_header(content) is None
    long = decode(content)
    np.testing.assert_array_equal(long.samples, short.samples)
    assert (long.rate, long.codec, long.channels) == (short.rate, short.codec, short.channels)


def test_longer_recordings_than_allowed_are_not_decoded() -> None:
    content = flac(16_000, 1, 16_000, 300)
    assert len(decode(content, max_duration=1.0).samples) == 16_000
    with pytest.raises(AudioError, match=r"1\.00 s, longer than max_duration 0\.99 s"):
        decode(content, max_duration=0.99)


def test_other_forms_are_left_alone() -> None:
    assert read(flac(50, 1, 16_000, 300, subtype="PCM_24")) is None
    assert read(flac(50, 1, 16_000, 100, subtype="PCM_S8")) is None
    assert read(b"") is None
