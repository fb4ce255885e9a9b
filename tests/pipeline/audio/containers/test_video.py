import pytest

from pipeline.audio.containers.video import examine_nested
from pipeline.audio.recording import AudioError
from tests.support.containers import FILES, PIPED


@pytest.mark.parametrize(
    "name", ["M4A", "MP4, index first", "MP4, fragmented", "MKV", "WebM", "AVI"]
)
def test_both_lengths_of_a_file_cut_off_are_told(name: str) -> None:
    content = FILES[name]()
    assert examine_nested(content).flags == ()  # type: ignore[union-attr]
    with pytest.raises(
        AudioError, match=r"truncated: the header promises [\d,]+ bytes, only [\d,]+"
    ):
        examine_nested(content[: len(content) // 2])


def test_index_lost_at_the_end_of_an_avi_is_no_sound_lost() -> None:
    content = FILES["AVI"]()
    index = content.index(b"idx1")
    assert examine_nested(content[: index + 8]).flags == ()  # type: ignore[union-attr]


def test_unknown_sizes_of_matroska() -> None:
    assert examine_nested(PIPED["WebM"]()).flags == ("unknown_length",)  # type: ignore[union-attr]


def test_other_files() -> None:
    assert examine_nested(b"") is None
    assert examine_nested(FILES["WAV"]()) is None


def test_track_without_a_clock_is_refused() -> None:
    content = bytearray(FILES["M4A"]())
    ticks = content.index(b"mdhd") + 16
    content[ticks : ticks + 4] = bytes(4)
    with pytest.raises(AudioError, match="undecodable: the header gives a track 0 ticks a second"):
        examine_nested(bytes(content))
    content[ticks - 32 : ticks - 28] = b"\xff" * 4  # and no box may lead astray
    with pytest.raises(AudioError):
        examine_nested(bytes(content))
