"""Every container is examined, and none of it crashes on what is damaged."""

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.audio.containers.examination import examine
from pipeline.audio.containers.flac import examine_flac
from pipeline.audio.containers.layout import Layout, refuse_shorter, refuse_truncated
from pipeline.audio.containers.tags import skip_tags, tag_before_header
from pipeline.audio.recording import AudioError
from tests.support.containers import FILES, with_tag


@pytest.mark.parametrize("name", FILES)
def test_whole_files_are_as_they_are(name: str) -> None:
    layout = examine(FILES[name]())
    assert layout.flags == ()
    assert not layout.by_packet


@pytest.mark.parametrize("name", ["WAV", "AIFF", "FLAC", "Ogg Vorbis", "MKV", "M4A"])
def test_tag_is_left_out(name: str) -> None:
    tagged = with_tag(FILES[name]())
    assert examine(tagged).offset == tag_before_header(tagged) == skip_tags(tagged) == 20_010


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_damaged_files_are_examined_or_refused(data: st.DataObject) -> None:
    content = bytearray(FILES[data.draw(st.sampled_from(sorted(FILES)))]())
    for place in data.draw(st.lists(st.integers(0, len(content) - 1), max_size=9)):
        content[place] = data.draw(st.integers(0, 255))
    with contextlib.suppress(AudioError):
        layout = examine(bytes(content[: data.draw(st.integers(0, len(content)))]))
        assert layout.offset >= 0


def test_flac_states_no_frames_or_too_few() -> None:
    content = FILES["FLAC"]()
    assert examine_flac(content) == Layout()
    unknown = content[:22] + bytes(4) + content[26:]
    assert examine_flac(unknown) == Layout(flags=("unknown_length",), by_packet=True)
    half = content[:22] + (16_000).to_bytes(4, "big") + content[26:]
    assert examine_flac(half) == Layout(by_packet=True)


def test_both_lengths_are_told() -> None:
    refuse_truncated(1_000, 1_000)
    refuse_shorter(2.005, 2.0)
    with pytest.raises(AudioError, match="truncated: the header promises 2,000 bytes, only 1,000"):
        refuse_truncated(2_000, 1_000)
    with pytest.raises(AudioError, match=r"truncated: the header promises 2\.00 s, only 1\.00 s"):
        refuse_truncated(2_000, 1_000, bytes_per_second=1_000)
