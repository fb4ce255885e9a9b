import pytest

from pipeline.audio.containers.ogg import examine_ogg, ogg_checksum
from pipeline.audio.recording import AudioError
from tests.support.containers import plain


def last_page(content: bytes) -> int:
    return content.rindex(b"OggS")


def test_checksum_is_that_of_the_page() -> None:
    content = plain("OGG", "VORBIS")
    page = content[: content.index(b"OggS", 4)]
    assert ogg_checksum(page) == int.from_bytes(page[22:26], "little")


def test_file_that_ends_between_pages_may_be_whole_or_not() -> None:
    content = plain("OGG", "VORBIS")
    assert examine_ogg(content[: last_page(content)]).flags == ("unknown_length",)  # type: ignore[union-attr]
    with pytest.raises(AudioError, match="breaks off in a page of"):
        examine_ogg(content[: last_page(content) + 100])


def test_damage_and_streams_that_follow_are_decoded_packet_by_packet() -> None:
    content = plain("OGG", "VORBIS")
    place = last_page(content) + 200
    damaged = content[:place] + b"\xaa" * 10 + content[place + 10 :]
    assert not examine_ogg(content).by_packet  # type: ignore[union-attr]
    assert examine_ogg(content + content).by_packet  # type: ignore[union-attr]
    assert examine_ogg(damaged).flags == ("damaged", "unknown_length")  # type: ignore[union-attr]
