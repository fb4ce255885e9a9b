"""Files of a corpus by path, whether an archive holds them or not."""

import io
import os
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pipeline.common.errors import DataError
from pipeline.sources import reader
from pipeline.sources.reader import CorpusReader, list_sources, open_planned_files, walk_sources
from pipeline.specs.source_spec import SourceRules


def write_zip(path: Path, files: dict[str, bytes]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)


def test_members_take_the_place_of_their_archive(tmp_path: Path) -> None:
    write_zip(tmp_path / "a.zip", {"wav/1.wav": b"one", "__MACOSX/wav/._1.wav": b"noise"})
    (tmp_path / "b.txt").write_bytes(b"two")
    assert [source.path for source in list_sources(str(tmp_path))] == ["a.zip", "b.txt"]
    assert [source.path for source in list_sources(str(tmp_path), SourceRules(["*.zip"]))] == [
        "a.zip/wav/1.wav",
        "b.txt",
    ]


def test_archive_in_a_folder_that_is_called_like_one_is_read(tmp_path: Path) -> None:
    write_zip(tmp_path / "x.zip" / "y.zip", {"a.wav": b"content"})
    assert (
        CorpusReader(str(tmp_path), SourceRules(["*.zip"])).read("x.zip/y.zip/a.wav") == b"content"
    )


def test_directory_is_read_once_and_again_where_the_file_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted = []
    read_directory = reader.read_directory
    monkeypatch.setattr(
        reader, "read_directory", lambda *how: counted.append(how[0]) or read_directory(*how)
    )
    write_zip(tmp_path / "a.zip", {"1.wav": b"one", "2.wav": b"two"})
    list_sources(str(tmp_path), SourceRules(["*.zip"]))
    files = CorpusReader(str(tmp_path), SourceRules(["*.zip"]))
    assert [files.read("a.zip/1.wav"), files.read("a.zip/2.wav")] == [b"one", b"two"]
    assert len(counted) == 1
    write_zip(tmp_path / "a.zip", {"1.wav": b"other"})
    assert CorpusReader(str(tmp_path), SourceRules(["*.zip"])).read("a.zip/1.wav") == b"other"
    assert len(counted) == 2


def test_threads_read_members_of_one_archive_at_once(tmp_path: Path) -> None:
    files = {f"{n}.wav": os.urandom(20_000) for n in range(40)}
    write_zip(tmp_path / "a.zip", files)
    read = CorpusReader(str(tmp_path), SourceRules(["*.zip"])).read
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda name: read(f"a.zip/{name}"), files))
    assert found == list(files.values())


@pytest.mark.parametrize("archives", [[], ["*.zip"]])
def test_planned_files_are_read_like_listed_ones(tmp_path: Path, archives: list[str]) -> None:
    write_zip(tmp_path / "a.zip", {"1.wav": b"one"})
    (tmp_path / "2.wav").write_bytes(b"two")
    sources = sorted(walk_sources(str(tmp_path), SourceRules(archives)))
    read = open_planned_files(
        str(tmp_path), SourceRules(archives), [(s.path, s.size) for s in sources]
    )
    assert [len(read(source.path)) for source in sources] == [source.size for source in sources]


def test_what_is_no_archive_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(b"text")
    with pytest.raises(DataError, match=r"a\.zip: neither a zip nor a tar archive"):
        list_sources(str(tmp_path), SourceRules(["*.zip"]))


def test_archive_that_can_not_be_opened_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> io.BufferedReader:
        raise PermissionError(13, "Permission denied")

    write_zip(tmp_path / "a.zip", {"1.wav": b"one"})
    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(DataError, match=r"a\.zip: can't be read: Permission denied"):
        list_sources(str(tmp_path), SourceRules(["*.zip"]))


def test_a_pipe_is_no_archive(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.zip")
    with pytest.raises(DataError, match=r"a\.zip: can't be read: no file, but a pipe"):
        list_sources(str(tmp_path), SourceRules(["*.zip"]))
