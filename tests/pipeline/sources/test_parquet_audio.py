"""Columns of a Parquet file, found by name or type."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.common.errors import DataError
from pipeline.sources.byte_ranges import find_file
from pipeline.sources.parquet_audio import ParquetAudio
from tests.support.parquet import AUDIO, write_parquet


def opened(root: Path, audio: str | None = None) -> ParquetAudio:
    file = find_file(str(root), "x.parquet")
    assert file
    return ParquetAudio(file, audio)


def test_audio_is_found_by_its_type_whatever_it_is_called(tmp_path: Path) -> None:
    write_parquet(tmp_path / "x.parquet", [("a", b"1")], {"audio": ["no"]}, audio="path")
    file = opened(tmp_path)
    assert (file.audio, file.has_path) == ("path", True)
    assert list(file.stream_audio(file.row_groups[0])) == [b"1"]


def test_bytes_alone_are_audio_where_they_are_named(tmp_path: Path) -> None:
    pq.write_table(pa.table({"wav": [b"1", b"2"], "n": [1, 2]}), tmp_path / "x.parquet")
    with pytest.raises(DataError, match=r"none is the audio, a struct of bytes and path; name it"):
        opened(tmp_path)
    file = opened(tmp_path, "wav")
    assert not file.has_path
    assert list(file.stream_audio(file.row_groups[0])) == [b"1", b"2"]


def test_two_columns_of_audio_must_be_told_apart(tmp_path: Path) -> None:
    cells = pa.array([{"bytes": b"1", "path": "a"}], AUDIO)
    pq.write_table(pa.table({"near": cells, "far": cells}), tmp_path / "x.parquet")
    with pytest.raises(DataError, match="'near' and 'far' could be the audio"):
        opened(tmp_path)
    assert opened(tmp_path, "far").audio == "far"


@pytest.mark.parametrize("kind", [pa.binary(), pa.null()])
def test_paths_without_bytes_are_told_of(kind: pa.DataType, tmp_path: Path) -> None:
    struct = pa.struct([("bytes", kind), ("path", pa.string())])
    cells = pa.array([{"bytes": None, "path": "wav/a.wav"}], struct)
    pq.write_table(pa.table({"audio": cells, "n": [1]}), tmp_path / "x.parquet")
    with pytest.raises(DataError, match=r"'audio' holds paths and no audio; .*match: {audio.path"):
        opened(tmp_path)
