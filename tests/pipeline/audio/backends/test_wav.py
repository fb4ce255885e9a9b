"""The short way for plain WAV gives what libsndfile gives, or leaves the file to it."""

import io
import struct

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.audio.backends import wav as plain_wav
from pipeline.audio.backends.wav import read_plain_wav


def wav(frames: int, channels: int, rate: int, **options: str) -> bytes:
    samples = np.random.default_rng(frames).integers(-32768, 32767, (frames, channels))
    buffer = io.BytesIO()
    soundfile.write(buffer, samples.astype(np.int16), rate, format="WAV", **options)
    return buffer.getvalue()


def chunk(name: bytes, body: bytes) -> bytes:
    return name + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)


files = st.builds(
    wav, st.integers(1, 300), st.integers(1, 3), st.sampled_from([8_000, 16_000, 22_050, 48_000])
)


@settings(max_examples=60, deadline=None)
@given(files, st.lists(st.binary(max_size=9), max_size=3), st.binary(max_size=9))
def test_samples_are_libsndfiles(content: bytes, chunks: list[bytes], after: bytes) -> None:
    header, body = content[:12], content[12:]
    more = header + b"".join(chunk(b"LIST", text) for text in chunks) + body + chunk(b"tail", after)
    plain = read_plain_wav(more)
    assert plain is not None
    expected, rate = soundfile.read(io.BytesIO(more), dtype="int16", always_2d=True)
    np.testing.assert_array_equal(plain[0], expected)
    assert plain[1] == rate


@settings(max_examples=400, deadline=None)
@given(files, st.integers(0, 43), st.integers(0, 255))
def test_a_damaged_header_is_read_alike_or_left_alone(content: bytes, at: int, byte: int) -> None:
    damaged = content[:at] + bytes([byte]) + content[at + 1 :]
    plain = read_plain_wav(damaged)
    if plain is not None:
        expected, rate = soundfile.read(io.BytesIO(damaged), dtype="int16", always_2d=True)
        np.testing.assert_array_equal(plain[0], expected)
        assert plain[1] == rate


@settings(max_examples=40, deadline=None)
@given(files, st.integers(1, 200))
def test_a_file_cut_off_is_left_alone(content: bytes, bytes_lost: int) -> None:
    assert read_plain_wav(content[: max(0, len(content) - bytes_lost)]) is None


def test_no_more_chunks_are_walked_through_than_any_file_has(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(plain_wav, "MAX_PARTS", 100)
    asked: list[object] = []

    class Zeros(bytes):
        def __getitem__(self, at):  # type: ignore[no-untyped-def, override]
            asked.append(at)
            return super().__getitem__(at)

    assert read_plain_wav(Zeros(wav(50, 1, 16_000)[:12] + bytes(100_000))) is None
    assert len(asked) < 110


def test_other_forms_are_left_alone() -> None:
    assert read_plain_wav(wav(50, 1, 16_000, subtype="PCM_24")) is None
    assert read_plain_wav(wav(50, 1, 16_000, subtype="FLOAT")) is None
    assert read_plain_wav(wav(50, 1, 16_000, subtype="ULAW")) is None
    assert read_plain_wav(b"") is None
