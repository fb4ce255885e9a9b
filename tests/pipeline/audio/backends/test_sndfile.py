import io
from pathlib import Path

import numpy as np
import pytest

from pipeline.audio.backends.sndfile import Sndfile
from pipeline.audio.decoder import decode
from pipeline.audio.recording import AudioError, Span
from pipeline.audio.stream import stream
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
            list(stream(tmp_path / name, 1_000))
    assert len(list(Path("/dev/fd").iterdir())) == before


def test_blocks_of_many_channels_hold_as_many_samples_as_those_of_two() -> None:
    file = io.BytesIO(stored(np.tile(tone(seconds=0.1)[:, None], 100)))
    opened = Sndfile().open(file, block_frames=1_000)
    assert opened is not None
    assert [len(block) for block in opened.blocks] == [20] * 80


def test_part_longer_than_a_block_is_read_block_by_block(monkeypatch: pytest.MonkeyPatch) -> None:
    content = stored(tone(), subtype="PCM_24")
    whole = Sndfile().decode(content, Span())
    monkeypatch.setattr("pipeline.audio.backends.sndfile._BLOCK", 1_000)
    assert whole is not None
    blocks = Sndfile().decode(content, Span())
    assert blocks is not None
    np.testing.assert_array_equal(blocks.samples, whole.samples)


def test_header_that_claims_billions_of_frames_costs_no_memory() -> None:
    content = stored(tone(), kind="FLAC", subtype="PCM_24")
    claimed = int.from_bytes(content[18:26], "big") | (1 << 36) - 1
    with pytest.raises(AudioError, match=r"truncated: the header promises 4294967\.30 s"):
        decode(content[:18] + claimed.to_bytes(8, "big") + content[26:])
