from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.audio.backends.sndfile import Sndfile, missing_bytes
from pipeline.audio.decoder import decode
from pipeline.audio.recording import AudioError, Span
from tests.conftest import tone
from tests.support.audio import stored


def test_chunks_before_the_samples_are_no_noise() -> None:
    plain = stored(tone())
    odd = plain[:12] + b"FLLR" + (4_044).to_bytes(4, "little") + b"\x7f" * 4_044 + plain[12:]
    odd = odd[:4] + (len(odd) - 8).to_bytes(4, "little") + odd[8:]
    np.testing.assert_array_equal(decode(odd).samples, decode(plain).samples)


def test_streamed_wav_of_unknown_length_is_whole() -> None:
    whole = stored(tone())
    place = whole.index(b"data") + 4
    streamed = whole[:place] + b"\xff" * 4 + whole[place + 4 :]
    assert len(decode(streamed).samples) == len(tone())


@settings(max_examples=60)
@given(st.binary(max_size=60), st.sampled_from([b"RIFF", b"RIFX", b"FORM", b"OggS"]))
def test_any_header_promises_no_less_than_nothing(body: bytes, kind: bytes) -> None:
    form = b"AIFF" if kind == b"FORM" else b"WAVE"
    assert missing_bytes(kind + b"\0\0\0\0" + form + body) >= 0


@pytest.mark.parametrize("kind", ["WAV", "AIFF"])
def test_bytes_cut_off_are_counted(kind: str) -> None:
    whole = stored(tone(), kind=kind)
    assert missing_bytes(whole) == 0
    assert missing_bytes(whole[:-1_000]) == 1_000


def test_part_of_a_file_is_what_stands_there_in_the_whole() -> None:
    content = stored(tone(seconds=1.0), kind="OGG")
    whole = Sndfile().decode(content, Span())
    part = Sndfile().decode(content, Span(0.25, 0.5))
    assert whole is not None
    assert part is not None
    np.testing.assert_allclose(part.samples, whole.samples[4_000:8_000], atol=1e-4)


def test_file_that_is_refused_is_closed(tmp_path: Path) -> None:
    (tmp_path / "text.wav").write_bytes(b"just some text")
    (tmp_path / "cut.wav").write_bytes(stored(tone())[:2_000])
    before = len(list(Path("/dev/fd").iterdir()))
    for name, reason in (("text.wav", "undecodable"), ("cut.wav", "truncated")):
        with pytest.raises(AudioError, match=reason):
            Sndfile().open(tmp_path / name, 1_000)
    assert len(list(Path("/dev/fd").iterdir())) == before


def test_blocks_of_many_channels_hold_as_many_samples_as_those_of_two(tmp_path: Path) -> None:
    path = tmp_path / "array.wav"
    path.write_bytes(stored(np.tile(tone(seconds=0.1)[:, None], 100)))
    opened = Sndfile().open(path, block_frames=1_000)
    assert opened is not None
    assert [len(block) for block in opened.blocks] == [20] * 80
