"""Files read in ranges."""

from pathlib import Path

from pipeline.sources.byte_ranges import find_file


def test_a_file_is_read_in_ranges_and_as_a_stream(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"0123456789")
    file = find_file(str(tmp_path), "a")
    assert file
    assert (file.size, file.read_range(2, 5)) == (10, b"234")
    with file.stream() as stream:
        assert stream.read() == b"0123456789"
    ranges = file.ranges()
    ranges.seek(-3, 2)
    assert (ranges.read(2), ranges.tell(), ranges.read(9), ranges.read(9)) == (b"78", 9, b"9", b"")


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "x.zip").mkdir()
    assert find_file(str(tmp_path), "x.zip") is None
    assert find_file(str(tmp_path), "absent") is None
