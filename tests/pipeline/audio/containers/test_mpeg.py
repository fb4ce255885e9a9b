import numpy as np
import pytest

from pipeline.audio.containers.mpeg import examine_mpeg, read_frame, state_frames
from pipeline.audio.decoder import decode
from tests.support.containers import muxed


@pytest.mark.parametrize(
    ("head", "size", "samples", "rate"),
    [
        ("fffb9000", 417, 1_152, 44_100),
        ("fffb9200", 418, 1_152, 44_100),
        ("fff38000", 208, 576, 22_050),
        ("fffd9000", 522, 1_152, 44_100),
    ],
)
def test_header_of_a_frame(head: str, size: int, samples: int, rate: int) -> None:
    assert read_frame(bytes.fromhex(head), 0) == (size, samples, rate)


@pytest.mark.parametrize("head", ["", "fff1", "fff15080", "fffbf000", "fffb0000", "00000000"])
def test_what_is_no_frame(head: str) -> None:
    assert read_frame(bytes.fromhex(head), 0) is None


def test_stated_frames_are_a_frame_of_their_own() -> None:
    header = state_frames(bytes.fromhex("fffb90c4"), 1_000)
    frame = read_frame(header, 0)
    assert frame is not None
    assert len(header) == frame.size
    assert b"Xing\0\0\0\1\0\0\x03\xe8" in header


def test_bitrate_that_varies_is_no_guess_of_the_length() -> None:
    """libsndfile took 4 s of these 20 s, by the bitrate of the beginning."""
    loud, still = (
        muxed("mp3", "libmp3lame", b="160000", write_xing="0"),
        muxed("mp3", "libmp3lame", b="24000", write_xing="0"),
    )
    for content in (loud + still * 3, still * 3 + loud):
        assert examine_mpeg(content) is not None
        assert len(decode(content).samples) / 16_000 == pytest.approx(8.3, abs=0.2)


def test_end_behind_a_guessed_length_is_outside() -> None:
    content = muxed("mp3", "libmp3lame", write_xing="0")
    whole = decode(b"ID3\x03\0\0\0\0\x7f\0" + bytes(127 << 7) + content)
    np.testing.assert_array_equal(whole.samples, decode(content).samples)
