"""Files of a corpus by path, whether an archive holds them or not."""

import io
import os
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from weakref import WeakSet

import pytest

from pipeline.common.errors import DataError
from pipeline.sources import archives, reader
from pipeline.sources.reader import CorpusReader, list_sources, open_planned_files, walk_sources
from pipeline.specs.source_spec import ParquetSpec, SourceRules
from tests.support.archives import tarred, zipped
from tests.support.parquet import write_parquet


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
    read = open_planned_files(str(tmp_path), SourceRules(archives), sources)
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


def nested(stored: bool) -> bytes:
    """A zip in which a tar and a zip lie, with a clip each."""
    how = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
    outer = io.BytesIO()
    with zipfile.ZipFile(outer, "w", how) as archive:
        archive.writestr("parts/one.zip", zipped({"wav/1.wav": b"one" * 100}))
        archive.writestr("parts/two.tar", tarred({"wav/2.wav": b"two" * 100}))
        archive.writestr("parts/other.zip", b"never opened")
        archive.writestr("wav/3.wav", b"three")
    return outer.getvalue()


@pytest.mark.parametrize("stored", [True, False])
def test_archives_in_archives_are_read(stored: bool, tmp_path: Path) -> None:
    (tmp_path / "all.zip").write_bytes(nested(stored))
    rules = SourceRules(["all.zip", "{one,two}.{zip,tar}"])
    clips = {
        "all.zip/parts/one.zip/wav/1.wav": b"one" * 100,
        "all.zip/parts/two.tar/wav/2.wav": b"two" * 100,
        "all.zip/wav/3.wav": b"three",
    }
    found = [file.path for file in list_sources(str(tmp_path), rules)]
    assert found == sorted([*clips, "all.zip/parts/other.zip"])
    read = CorpusReader(str(tmp_path), rules).read
    assert {path: read(path) for path in clips} == clips
    with pytest.raises(FileNotFoundError):
        read("all.zip/parts/one.zip/wav/9.wav")


def test_few_archives_in_archives_lie_unpacked_at_a_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    unpacked: WeakSet[Callable[[int, int], bytes]] = WeakSet()
    original = archives.unpacked

    def unpack(content: bytes) -> Callable[[int, int], bytes]:
        read_range = original(content)  # which holds the file
        unpacked.add(read_range)
        return read_range

    monkeypatch.setattr(archives, "unpacked", unpack)
    monkeypatch.setattr(archives, "MOST_UNPACKED", 20_000)
    inner = {f"{n}.zip": zipped({"1.wav": os.urandom(5_000)}) for n in range(40)}
    write_zip(tmp_path / "all.zip", inner)
    rules = SourceRules(["*.zip"])
    paths = [file.path for file in list_sources(str(tmp_path), rules)]
    read = CorpusReader(str(tmp_path), rules).read
    assert len({read(path) for path in [*paths, *paths]}) == len(inner)
    assert 0 < len(unpacked) < 5


def test_parquet_in_an_archive_is_read(tmp_path: Path) -> None:
    inner = write_parquet(tmp_path / "x.parquet", [("a.wav", b"1"), ("b.wav", b"2")]).read_bytes()
    (tmp_path / "x.parquet").unlink()
    write_zip(tmp_path / "all.zip", {"data/x.parquet": inner})
    rules = SourceRules(["*.zip"], parquet=ParquetSpec(files=["*.parquet"]))
    assert [f.path for f in list_sources(str(tmp_path), rules)] == [
        "all.zip/data/x.parquet/a.wav", "all.zip/data/x.parquet/b.wav"
    ]  # fmt: skip
    assert CorpusReader(str(tmp_path), rules).read("all.zip/data/x.parquet/b.wav") == b"2"


def test_archives_that_never_end_are_refused(tmp_path: Path) -> None:
    content = zipped({"1.wav": b"one"})
    for _ in range(3):
        content = zipped({"a.zip": content})
    (tmp_path / "a.zip").write_bytes(content)
    with pytest.raises(DataError, match="more than 3 archives deep; unpack the outer"):
        list_sources(str(tmp_path), SourceRules(["*.zip"]))


def test_a_nested_archive_that_can_not_be_read_is_named(tmp_path: Path) -> None:
    write_zip(tmp_path / "a.zip", {"b.zip": b"text"})
    with pytest.raises(DataError, match=r"a\.zip/b\.zip: neither a zip nor a tar"):
        list_sources(str(tmp_path), SourceRules(["*.zip"]))
