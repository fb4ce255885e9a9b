"""Corpora in archives: read in place, the same as unpacked, and safe whatever they hold."""

import io
import os
import re
import shutil
import struct
import tarfile
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from exhubert.cli.main import main
from pipeline.checks.corpus_check import check_corpus
from pipeline.common.errors import DataError
from pipeline.index.indexer import find_clips
from pipeline.planning.index_corpus import IndexedCorpus, index_corpus
from pipeline.sources import archive_members
from pipeline.sources.archives import Archive, read_directory
from pipeline.sources.listing import SourceFile
from pipeline.sources.reader import CorpusReader, list_sources
from pipeline.specs.corpus_spec import CorpusSpec
from pipeline.specs.emotion_scheme import emotion_scheme
from pipeline.specs.loader import load_specs
from pipeline.specs.source_spec import SourceRules
from tests.conftest import MakeCorpus, MakeSpec, write_tone
from tests.support.archives import tarred, zipped
from tests.support.files import files_of

Pack = Callable[[Path, Path], None]


def opened(content: bytes) -> Archive:
    return read_directory(
        "it", io.BytesIO(content), len(content), lambda start, end: content[start:end]
    )


def indexed(spec: CorpusSpec, root: Path) -> IndexedCorpus:
    return index_corpus(spec, str(root), emotion_scheme())


def rows(folder: Path) -> pd.DataFrame:
    return pd.concat(pd.read_parquet(file) for file in sorted(folder.glob("data/*/*.parquet")))


PACKED = {
    "a.zip": zipped,
    "a.stored.zip": lambda files: zipped(files, zipfile.ZIP_STORED),
    "a.bzip2.zip": lambda files: zipped(files, zipfile.ZIP_BZIP2),
    "a.lzma.zip": lambda files: zipped(files, zipfile.ZIP_LZMA),
    "a.tar": tarred,
    "a.old.tar": lambda files: tarred(files, format=tarfile.GNU_FORMAT),
}


@pytest.mark.parametrize(("name", "pack"), PACKED.items(), ids=PACKED)
def test_members_are_listed_and_read_like_files(
    name: str, pack: Callable[[dict[str, bytes]], bytes], tmp_path: Path
) -> None:
    files = {"wav/ä b#1.wav": os.urandom(3_000), "wav/" + "n" * 150 + ".wav": b"x", "empty": b""}
    files |= {"__MACOSX/wav/._a.wav": b"noise", "deep/" * 9 + "x.wav": b"ab" * 9_000}
    (tmp_path / name).write_bytes(pack(files))
    (tmp_path / "beside.csv").write_bytes(b"1,2")
    del files["__MACOSX/wav/._a.wav"]
    listed = list_sources(str(tmp_path), SourceRules(["*.zip", "*.tar"]))
    assert {file.path: file.size for file in listed} == {
        "beside.csv": 3,
        **{f"{name}/{path}": len(content) for path, content in files.items()},
    }
    assert not any(file.problem for file in listed)
    read = CorpusReader(str(tmp_path), SourceRules(["*.zip", "*.tar"])).read
    assert {path: read(f"{name}/{path}") for path in files} == files
    assert read("beside.csv") == b"1,2"
    with pytest.raises(FileNotFoundError):
        read(f"{name}/wav/absent.wav")


@pytest.mark.parametrize(("pack", "jobs"), [(zipped, "1"), (tarred, "2")])
def test_archived_corpus_gives_the_rows_of_the_unpacked_one(
    pack: Callable[[dict[str, bytes]], bytes],
    jobs: str,
    make_spec: MakeSpec,
    make_corpus: MakeCorpus,
    tmp_path: Path,
) -> None:
    table = "{facts: {file: facts.csv, match: {id: '{speaker}'}, take: {age: age}}}"
    spec = make_spec(tables=table, archive='["*.zip", "*.tar"]')
    root = make_corpus()
    (root / "facts.csv").write_text("id,age\n" + "".join(f"s0{n},{20 + n}\n" for n in range(4)))
    packed = tmp_path / "packed" / "somewhere"
    packed.mkdir(parents=True)
    (packed / f"tones.{'zip' if pack is zipped else 'tar'}").write_bytes(
        pack({f"tones v1/{name}": content for name, content in files_of(root).items()})
    )
    command = ["build", "--spec", str(tmp_path / "tones.yaml"), "--json"]
    local = [*command, "--root", f"tones={root}", "--output", str(tmp_path / "one")]
    assert main([*local, "--jobs", "1"]) == 0
    inside = [*command, "--root", f"tones={packed}", "--output", str(tmp_path / "two")]
    assert main([*inside, "--jobs", jobs]) == 0
    one, two = rows(tmp_path / "one"), rows(tmp_path / "two")
    same = [column for column in one.columns if column != "source_path"]
    pd.testing.assert_frame_equal(one[same], two[same])
    assert two["source_path"].str.match(r"tones\.(zip|tar)/tones v1/wav/s\d\d_").all()
    assert two["age"].min() == 20
    assert [file.name for file in packed.iterdir()] == [f"tones.{pack.__name__[:3]}"]
    assert check_corpus(spec, indexed(spec, packed)).usable == 24


def test_clip_that_lies_both_in_the_archive_and_beside_it_is_read_once(
    make_spec: MakeSpec, make_corpus: MakeCorpus
) -> None:
    spec, root = make_spec(archive='"*.zip"'), make_corpus()
    (root / "download.zip").write_bytes(zipped(files_of(root)))
    utterances = indexed(spec, root).utterances
    assert len(utterances) == 48
    kept = [u.source_path for u in utterances if u.dropped is None]
    assert len(kept) == 24
    assert not any(path.startswith("download.zip/") for path in kept)
    assert {u.dropped.reason for u in utterances if u.dropped} == {"copy"}


def test_folder_that_is_called_like_an_archive_is_a_folder(
    make_spec: MakeSpec, make_corpus: MakeCorpus, tmp_path: Path
) -> None:
    make_spec(archive='"*.zip"')
    root = make_corpus()
    (root / "wav").rename(root / "wav.zip")
    shutil.move(root / "wav.zip", root / "download.zip" / "wav")
    command = ["build", "--spec", str(tmp_path / "tones.yaml"), "--root", f"tones={root}"]
    assert main([*command, "--output", str(tmp_path / "dataset"), "--jobs", "1", "--json"]) == 0
    assert len(rows(tmp_path / "dataset")) == 24


def test_only_the_shard_of_a_changed_member_is_made_anew(
    make_spec: MakeSpec, make_corpus: MakeCorpus, tmp_path: Path
) -> None:
    make_spec(archive='"*.zip"')
    root = make_corpus()
    files = files_of(root)
    shutil.rmtree(root / "wav")
    archive, dataset = root / "download.zip", tmp_path / "dataset"
    command = ["build", "--spec", str(tmp_path / "tones.yaml"), "--root", f"tones={root}"]
    command += ["--output", str(dataset), "--jobs", "1", "--json"]
    archive.write_bytes(zipped(files))
    assert main(command) == 0
    before = files_of(dataset / "data")
    times = {file: file.stat().st_mtime_ns for file in (dataset / "data").rglob("*.parquet")}
    write_tone(tmp_path / "other.wav", hertz=900)  # as long as the one it replaces
    files["wav/s00_ang_0.wav"] = (tmp_path / "other.wav").read_bytes()
    archive.write_bytes(zipped(files))
    assert main(command) == 0
    after = files_of(dataset / "data")
    assert sum(before[name] != after[name] for name in before) == 1
    assert sum(file.stat().st_mtime_ns != time for file, time in times.items()) == 1


def name_for(glob: str) -> str:
    """A path that a glob finds: the first of what its brackets and braces allow."""
    name = re.sub(r"\[(.)[^\]]*\]", r"\1", glob)
    return re.sub(r"\{([^,}]*)[^}]*\}", r"\1", name).replace("**", "a").replace("*", "a")


@pytest.mark.parametrize("spec", [s for s in load_specs() if s.archive], ids=lambda spec: spec.id)
def test_shipped_specs_find_their_clips_in_the_archive_they_name(
    spec: CorpusSpec, tmp_path: Path
) -> None:
    paths = {example.path for example in spec.examples}
    listed = [SourceFile(path, 1, "") for path in sorted(paths)]
    unpacked = sorted(path for *_, path in find_clips(spec, listed))
    for archive in map(name_for, spec.archive):
        (tmp_path / archive).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / archive).write_bytes(zipped(dict.fromkeys(paths, b"x")))
        found = find_clips(spec, list_sources(str(tmp_path), spec.source_rules))
        assert sorted(path for *_, path in found) == unpacked
        (tmp_path / archive).unlink()


# --- what archives may hold ------------------------------------------------------------------


def encrypted(content: bytes, name: str) -> bytes:
    """Marks a member of a zip as encrypted, in its header and in the directory."""
    marked = bytearray(content)
    for magic, flags, length in ((b"PK\x03\x04", 6, 30), (b"PK\x01\x02", 8, 46)):
        place = marked.find(magic)
        while place >= 0:
            if marked[place + length :].startswith(name.encode()):
                (bits,) = struct.unpack_from("<H", marked, place + flags)
                struct.pack_into("<H", marked, place + flags, bits | 1)
            place = marked.find(magic, place + 1)
    return bytes(marked)


def odd_zip(good: bytes) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        archive.writestr("wav/s00_ang_0.wav", good)
        archive.writestr("../wav/s00_ang_1.wav", good)
        archive.writestr("/wav/s00_ang_2.wav", good)
        archive.writestr("C:\\wav\\s00_ang_3.wav", good)
        link = zipfile.ZipInfo("wav/s00_ang_4.wav")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
        archive.writestr("wav/s00_ang_5.wav", good)
        archive.writestr("wav/s00_ang_6.wav", b"0" * 2_000_000, zipfile.ZIP_DEFLATED)
        archive.writestr("wav/s00_ang_7.wav", b"the first of two")
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("wav/s00_ang_7.wav", good)
    return encrypted(sink.getvalue(), "wav/s00_ang_5.wav")


def odd_tar(good: bytes) -> bytes:
    sink = io.BytesIO()
    with tarfile.open(fileobj=sink, mode="w", errors="surrogateescape") as archive:

        def add(name: str, kind: bytes = tarfile.REGTYPE, content: bytes = good) -> None:
            entry = tarfile.TarInfo(name)
            entry.type, entry.linkname = kind, "../../../etc/passwd"
            entry.size = len(content) if kind == tarfile.REGTYPE else 0
            archive.addfile(entry, io.BytesIO(content))

        add("wav/s00_ang_0.wav")
        add("../wav/s00_ang_1.wav")
        add("/wav/s00_ang_2.wav")
        add("wav/s00_ang_3.wav", tarfile.FIFOTYPE)
        add("wav/s00_ang_4.wav", tarfile.SYMTYPE)
        add("wav/s00_ang_5.wav", tarfile.LNKTYPE)
        add("wav/s00_ang_6.wav", content=b"0" * 2_000_000)
        add("wav/s00_ang_7.wav", content=b"the first of two")
        add("wav/s00_ang_7.wav")
        add("wav/\udcff/s00_ang_8.wav".replace("\udcff", os.fsdecode(b"\xff")))
    return sink.getvalue()


ODD = {"zip": odd_zip, "tar": odd_tar}
PROBLEMS = {
    "zip": {"leads out": 3, "symbolic link": 1, "encrypted": 1},
    "tar": {"leads out": 2, "no regular file": 1, "a link to": 2, "not UTF-8": 1},
}


@pytest.mark.parametrize("kind", ODD)
def test_members_that_no_corpus_needs_are_counted_and_not_read(
    kind: str, make_spec: MakeSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive_members, "LARGEST_MEMBER", 1_000_000)
    problems = PROBLEMS[kind] | {"unpacks to 2,000,000 bytes": 1, "stands twice": 1}
    make_spec(archive='"*.odd"', audio='["wav/*.wav", "wav/*/*.wav"]')
    write_tone(tmp_path / "good.wav")
    root = tmp_path / "root"
    root.mkdir()
    (root / "corpus.odd").write_bytes(ODD[kind]((tmp_path / "good.wav").read_bytes()))
    command = ["build", "--spec", str(tmp_path / "tones.yaml"), "--root", f"tones={root}"]
    command += ["--output", str(tmp_path / "dataset"), "--jobs", "1", "--json"]
    assert main(command) == 1
    rejects = pd.read_parquet(tmp_path / "dataset" / "rejects.parquet")
    assert set(rejects["reason"]) == {"bad_file"}
    assert {
        problem: rejects["detail"].str.contains(problem).sum() for problem in problems
    } == problems
    assert len(rejects) == sum(problems.values())
    assert set(rows(tmp_path / "dataset")["id"]) == {
        "tones/wav/s00_ang_0",
        "tones/wav/s00_ang_7",
    }
    assert sorted(file.name for file in tmp_path.iterdir()) == [
        "dataset",
        "good.wav",
        "root",
        "tones.yaml",
    ]


def test_damaged_member_is_rejected_alone(
    make_spec: MakeSpec, make_corpus: MakeCorpus, tmp_path: Path
) -> None:
    make_spec(archive='"*.zip"')
    root = make_corpus()
    content = bytearray(zipped(files_of(root), zipfile.ZIP_STORED))
    shutil.rmtree(root / "wav")
    content[content.find(b"s02_neu_0.wav") + 1_000] ^= 0xFF
    (root / "download.zip").write_bytes(content)
    command = ["build", "--spec", str(tmp_path / "tones.yaml"), "--root", f"tones={root}"]
    command += ["--output", str(tmp_path / "dataset"), "--jobs", "1", "--json"]
    assert main(command) == 1
    (reject,) = pd.read_parquet(tmp_path / "dataset" / "rejects.parquet").to_dict("records")
    assert (reject["id"], reject["reason"]) == ("tones/wav/s02_neu_0", "unreadable")
    assert "Bad CRC-32" in reject["detail"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (tarred({"a.wav": b"x"}, "w:gz"), r"compressed as a whole \(gzip\).*plain \.tar"),
        (tarred({"a.wav": b"x"}, "w:xz"), r"compressed as a whole \(xz\)"),
        (zipped({"a.wav": os.urandom(999)})[:-30], "a zip archive that is damaged, cut off"),
        (tarred({"a.wav": b"x" * 9_999})[:2_000], "damaged|cut off"),
        (b"Rar!\x1a\x07\x01\x00" + bytes(600), "neither a zip nor a tar"),
        (b"version https://git-lfs.github.com/spec/v1\n", "git lfs pull"),
        (b"", "neither a zip nor a tar"),
    ],
    ids=["gzip", "xz", "zip", "tar", "rar", "lfs", "empty"],  # alike in every process
)
def test_archive_that_can_not_be_read_in_place_is_named(
    content: bytes, message: str, tmp_path: Path
) -> None:
    (tmp_path / "speech.zip").write_bytes(content)
    with pytest.raises(DataError, match=f"speech\\.zip: .*({message})"):
        list_sources(str(tmp_path), SourceRules(["*.zip"]))


def test_member_of_a_method_that_is_not_known_is_named() -> None:
    content = zipped({"wav/a.wav": b"x"}, zipfile.ZIP_DEFLATED)
    at = content.index(b"PK\x01\x02") + 10
    (member,) = opened(content[:at] + struct.pack("<H", 9) + content[at + 2 :]).members
    assert member.problem == (
        "compressed by method 9, which can't be read in place; unpack the archive"
    )


def test_entries_of_a_tar_are_not_kept() -> None:
    """``TarFile.members`` is emptied while the headers are read: it would keep every entry."""
    count = 3_000
    content = tarred(dict.fromkeys((f"wav/clip {i:05d}.wav" for i in range(count)), b"x"))
    tracemalloc.start()
    archive = opened(content)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(archive.members) == count
    assert peak < 550 * count  # 360 of our own; 690 with them


def test_names_that_writers_do_not_mark_as_utf_8_are_read_as_such() -> None:
    content = zipped({"wav/Ärger.wav": b"x", "wav\\Über.wav": b"y"})
    unmarked = content.replace(struct.pack("<H", 0x800), struct.pack("<H", 0))
    assert [member.path for member in opened(unmarked).members] == ["wav/Ärger.wav", "wav/Über.wav"]


names = st.text("ab./\\:é☺", min_size=1, max_size=12)


@given(st.dictionaries(names, st.binary(max_size=9), max_size=5), st.sampled_from([zipped, tarred]))
def test_no_name_leads_out_and_none_is_lost(files: dict[str, bytes], pack: Callable) -> None:
    archive = opened(pack(files))
    if pack is zipped:  # in a tar, names that end in / are folders too, but so are some others
        assert len(archive.members) == sum(not name.endswith("/") for name in files)
    for member in archive.members:
        assert not member.path.startswith("/")
        if member.problem is None:
            assert not {"", ".", ".."} & set(member.path.split("/"))
            assert archive.read(member.path) in files.values()


@given(st.binary(max_size=300), st.integers(0, 400), st.sampled_from([zipped, tarred]))
def test_damage_anywhere_never_gives_wrong_content(
    damage: bytes, place: int, pack: Callable
) -> None:
    content = bytearray(pack({"wav/a.wav": b"content of a", "wav/b.wav": b"content of b"}))
    content[place : place + len(damage)] = damage
    try:
        archive = opened(bytes(content))
        found = {
            member.path: archive.read(member.path)
            for member in archive.members
            if member.problem is None
        }
    except (DataError, OSError):
        return
    if pack is zipped:  # a tar has no checksums of content
        assert set(found.values()) <= {b"content of a", b"content of b"}
