"""What the chunks of WAV and its like state, compared with what is there."""

import contextlib
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.audio.containers.chunks import examine_chunks
from pipeline.audio.containers.layout import Layout, is_placeholder
from pipeline.audio.decoder import decode
from pipeline.audio.recording import AudioError
from tests.conftest import tone
from tests.support.audio import stored

FORMAT = struct.pack("<HHIIHH", 1, 1, 16_000, 32_000, 2, 16)
PCM = (tone() * 32_767).astype("<i2").tobytes()


def wav(size: int, *after: bytes) -> bytes:
    chunks = b"fmt " + struct.pack("<I", 16) + FORMAT + b"data" + struct.pack("<I", size)
    return (
        b"RIFF"
        + struct.pack("<I", min(size + 36, 2**32 - 1))
        + b"WAVE"
        + chunks
        + PCM
        + b"".join(after)
    )


@settings(max_examples=200)
@given(
    st.binary(max_size=200),
    st.sampled_from([b"RIFF", b"RIFX", b"RF64", b"FORM", b"riff", b"caff", b".snd", b"NIST_1A\n"]),
)
def test_any_header_is_examined_or_refused(body: bytes, kind: bytes) -> None:
    form = b"AIFF" if kind == b"FORM" else b"WAVE"
    with contextlib.suppress(AudioError):  # any other exception fails
        layout = examine_chunks(kind + b"\0\0\0\0" + form + body)
        assert layout is None or layout.offset >= len(layout.header)


@pytest.mark.parametrize("kind", ["WAV", "AIFF", "AU", "W64", "CAF", "NIST", "RF64"])
def test_seconds_cut_off_are_told(kind: str) -> None:
    whole = stored(tone(seconds=2.0), kind=kind)
    assert examine_chunks(whole) == Layout()
    with pytest.raises(AudioError, match=r"promises 2\.00 s, only 1\.50 s are there"):
        examine_chunks(whole[:-16_000])


@pytest.mark.parametrize(
    "size", [0, 0x7F000000, 0x7FFFF000, 0x7FFFFFFF, 0x80000000, 0x80000024, 0xFFFFFFDB, 0xFFFFFFFF]
)
def test_length_that_was_never_written_is_that_of_the_file(size: int) -> None:
    recording = decode(wav(size))
    assert recording.samples.tobytes() == PCM
    assert recording.flags == ("unknown_length",)


def test_sizes_of_sound_are_no_placeholders() -> None:
    assert not is_placeholder(len(PCM))
    assert not is_placeholder(0x7000_0000)


def test_chunks_tags_and_padding_behind_the_sound_are_no_more_of_it() -> None:
    chunk = b"LIST" + struct.pack("<I", 5_000) + b"\1" * 5_000
    for after in (chunk, b"TAG" + b"\1" * 5_000, bytes(5_000)):
        assert decode(wav(len(PCM), after)).flags == ()
    assert decode(wav(len(PCM), b"\1" * 5_000)).flags == ("trailing_data",)


def test_empty_file_is_empty_whatever_follows() -> None:
    head = wav(0)[:44]
    assert len(decode(head).samples) == 0
    assert len(decode(head + b"LIST" + struct.pack("<I", 4) + b"abcd").samples) == 0


def test_second_chunk_of_sound_is_no_tag() -> None:
    second = b"data" + struct.pack("<I", len(PCM)) + PCM
    assert examine_chunks(wav(len(PCM), second)) == Layout(flags=("trailing_data",))
    assert examine_chunks(wav(len(PCM), b"LIST" + second[4:])) == Layout()
