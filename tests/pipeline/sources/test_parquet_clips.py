"""Clips inside Parquet files: listed without audio, read once, built as if they were files."""

import os
import random
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exhubert.cli.main import main
from pipeline.common.errors import DataError
from pipeline.sources import byte_ranges
from pipeline.sources.listing import SourceFile
from pipeline.sources.reader import CorpusReader, list_sources, open_planned_files, walk_sources
from pipeline.specs.source_spec import ParquetSpec, SourceRules
from tests.conftest import MakeCorpus, MakeSpec
from tests.support.files import files_of
from tests.support.parquet import write_parquet


def rules(**keys: object) -> SourceRules:
    return SourceRules(parquet=ParquetSpec.model_validate({"files": "*.parquet", **keys}))


def listed(root: Path, **keys: object) -> dict[str, SourceFile]:
    return {file.path: file for file in list_sources(str(root), rules(**keys))}


def test_rows_are_clips_with_their_columns(tmp_path: Path) -> None:
    clips = [(f"{n}.wav", bytes([n]) * 50) for n in range(7)]
    write_parquet(
        tmp_path / "data" / "train-00000-of-00001.parquet",
        clips,
        {"emotion": [n % 2 for n in range(7)], "age": pa.array([20.5] * 7, pa.float32())},
        rows=3,
        classes={"emotion": ["anger", "joy"]},
    )
    found = listed(tmp_path, take=["emotion", "age"], path="(?P<part>[a-z]+)-")
    assert list(found) == [f"data/train-00000-of-00001.parquet/{n}.wav" for n in range(7)]
    first = found["data/train-00000-of-00001.parquet/0.wav"]
    assert first.record == {
        "emotion": "anger", "age": "20.5", "part": "train",
        "_stem": "train-00000-of-00001", "_name": "0.wav",
    }  # fmt: skip
    read = CorpusReader(str(tmp_path), rules(take=["emotion", "age"])).read
    for order in (range(7), reversed(range(7)), random.Random(1).sample(range(7), 7)):
        for n in order:
            assert read(f"data/train-00000-of-00001.parquet/{n}.wav") == clips[n][1]
    with pytest.raises(FileNotFoundError):
        read("data/train-00000-of-00001.parquet/7.wav")


@pytest.mark.parametrize(
    ("given", "found"),
    [
        (None, "x-0"),
        ("", "x-0"),
        ("/root/.cache/abc/a.wav", "a.wav"),
        ("C:\\corpus\\a.wav", "a.wav"),
        ("Actor_01\\a.wav", "Actor_01/a.wav"),
        ("../../etc/passwd", "passwd"),
    ],
)
def test_a_path_is_made_plain(given: str | None, found: str, tmp_path: Path) -> None:
    write_parquet(tmp_path / "x.parquet", [(given, b"audio")])
    assert list(listed(tmp_path)) == [f"x.parquet/{found}"]
    assert CorpusReader(str(tmp_path), rules()).read(f"x.parquet/{found}") == b"audio"


def test_a_template_over_columns_names_clips(tmp_path: Path) -> None:
    write_parquet(
        tmp_path / "x.parquet",
        [("audio.wav", b"a"), ("audio.wav", b"b")],
        {"speaker": [3, 4], "info": [{"id": "p"}, {"id": "q"}]},
    )
    name = "wav/{speaker}_{info.id}.wav"
    assert list(listed(tmp_path, name=name)) == ["x.parquet/wav/3_p.wav", "x.parquet/wav/4_q.wav"]
    assert CorpusReader(str(tmp_path), rules(name=name)).read("x.parquet/wav/4_q.wav") == b"b"


def test_rows_of_one_name_are_counted_and_not_read(tmp_path: Path) -> None:
    write_parquet(tmp_path / "x.parquet", [("a.wav", b"1"), ("b.wav", b"2"), ("a.wav", b"3")])
    files = list(walk_sources(str(tmp_path), rules()))
    assert [bool(file.problem) for file in files] == [True, False, True]
    assert "2 rows of the Parquet file are called so" in (files[0].problem or "")
    with pytest.raises(FileNotFoundError):
        CorpusReader(str(tmp_path), rules()).read("x.parquet/a.wav")


def test_only_rows_that_where_takes_are_clips(tmp_path: Path) -> None:
    write_parquet(tmp_path / "x.parquet", [("a", b"1"), ("b", b"2")], {"kind": ["song", "speech"]})
    assert list(listed(tmp_path, where={"kind": "^speech$"})) == ["x.parquet/b"]
    assert CorpusReader(str(tmp_path), rules(where={"kind": "^speech$"})).read("x.parquet/b")


def test_a_row_without_audio_is_rejected_alone(tmp_path: Path) -> None:
    write_parquet(tmp_path / "x.parquet", [("a", None), ("b", b"2"), ("c", b"")])
    read = CorpusReader(str(tmp_path), rules()).read
    for name in "ac":
        with pytest.raises(OSError, match=r"holds no audio, only a path"):
            read(f"x.parquet/{name}")
    assert read("x.parquet/b") == b"2"


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"take": {"emotion": "feeling"}}, r"no column 'feeling'; found 'audio', 'label', 'file'"),
        ({"audio": "sound"}, r"no column 'sound'; found 'audio' \(struct<bytes: binary"),
        ({"audio": "label"}, r"column 'label' holds int64, expected audio files as bytes"),
        ({"audio": "file"}, r"holds string, expected audio files as bytes; where it names files"),
        ({"take": {"emotion": "label"}}, r"numbers the labels and nothing names them"),
        (
            {"take": {"emotion": "label"}, "names": {"label": ["anger"]}},
            r"1 in column 'label' is no class; known are 0 anger;",
        ),
    ],
)
def test_errors_teach(keys: dict[str, object], message: str, tmp_path: Path) -> None:
    columns = {"label": [0, 1], "file": ["a.wav", "b.wav"]}
    write_parquet(tmp_path / "x.parquet", [("a.wav", b"1"), ("b.wav", b"2")], columns)
    with pytest.raises(DataError, match=message):
        listed(tmp_path, **keys)


def test_a_number_may_stand_for_what_is_unknown(tmp_path: Path) -> None:
    write_parquet(
        tmp_path / "x.parquet",
        [("a", b"1"), ("b", b"2")],
        {"label": [-1, 1]},
        classes={"label": ["anger", "joy"]},
    )
    found = listed(tmp_path, take={"emotion": "label"}, names={"label": {"-1": None}})
    assert [file.record["label"] for file in found.values() if file.record] == ["", "joy"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "no Parquet file, or damaged"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n", "Git LFS pointer"),
        (b"PAR1" + b"x" * 100, "no Parquet file, or damaged"),
        (b"\x1f\x8b" + b"x" * 100, "compressed by gzip"),
    ],
)
def test_what_is_no_parquet_file_is_named(content: bytes, message: str, tmp_path: Path) -> None:
    (tmp_path / "x.parquet").write_bytes(content)
    with pytest.raises(DataError, match=rf"x\.parquet: .*{message}"):
        listed(tmp_path)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(data=st.data())
def test_damage_anywhere_ends_in_an_error_or_is_rejected(data: st.DataObject, tmp_path: Path):
    clips = [(f"{n}.wav", bytes([n]) * 40) for n in range(9)]
    file = write_parquet(tmp_path / "x.parquet", clips, {"n": list(range(9))}, rows=4)
    content = bytearray(file.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    file.write_bytes(content[: data.draw(st.sampled_from([len(content), len(content) // 2]))])
    try:
        sources = list(walk_sources(str(tmp_path), rules(take=["n"])))
    except DataError:
        return
    read = CorpusReader(str(tmp_path), rules(take=["n"])).read
    for source in sources:
        try:
            read(source.path)
        except OSError:
            continue


def count_bytes(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    counted: list[int] = []
    read = byte_ranges._read_local

    def counting(file: Path, start: int, end: int) -> bytes:
        counted.append(end - start)
        return read(file, start, end)

    monkeypatch.setattr(byte_ranges, "_read_local", counting)
    return counted


def test_the_index_reads_no_audio_and_a_build_reads_it_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clips = [(f"{n:03d}.wav", os.urandom(30_000)) for n in range(120)]
    columns = {"emotion": ["anger"] * 120}
    size = write_parquet(tmp_path / "x.parquet", clips, columns, rows=40).stat().st_size
    counted = count_bytes(monkeypatch)
    files = list(walk_sources(str(tmp_path), rules(take=["emotion"])))
    assert sum(counted) < 200_000
    counted.clear()
    read = open_planned_files(str(tmp_path), rules(take=["emotion"]), files)
    assert [read(file.path) for file in files] == [content for _, content in clips]
    assert sum(counted) < 1.1 * size


def test_a_file_that_changed_since_it_was_listed_is_not_read(tmp_path: Path) -> None:
    clips = [("a.wav", b"1"), ("b.wav", b"2")]
    file = write_parquet(tmp_path / "x.parquet", clips)
    files = list(walk_sources(str(tmp_path), rules()))
    write_parquet(file, clips[::-1])
    os.utime(file, ns=(1, 1))
    read = open_planned_files(str(tmp_path), rules(), files)
    with pytest.raises(OSError, match="the file that holds it has changed since it was listed"):
        read("x.parquet/a.wav")


@pytest.fixture
def parquet_corpus(make_corpus: MakeCorpus, tmp_path: Path) -> tuple[Path, Path]:
    """A corpus as files, and the same in two Parquet files."""
    root = make_corpus(speakers=6)
    files = sorted(files_of(root).items())
    half = len(files) // 2
    for number, part in enumerate((files[:half], files[half:])):
        clips = [(name.removeprefix("wav/"), content) for name, content in part]
        emotions = [name.split("_")[1] for name, _ in clips]
        file = tmp_path / "hub" / "data" / f"train-{number:05d}-of-00002.parquet"
        write_parquet(file, clips, {"emotion": emotions, "n": list(range(len(part)))}, rows=5)
    return root, tmp_path / "hub"


def rows(folder: Path) -> pd.DataFrame:
    shards = sorted(folder.glob("data/*/*.parquet"))
    return pd.concat(map(pd.read_parquet, shards)).sort_values("id", ignore_index=True)


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_build_from_parquet_gives_the_rows_of_files(
    jobs: str, parquet_corpus: tuple[Path, Path], make_spec: MakeSpec, tmp_path: Path
) -> None:
    root, hub = parquet_corpus
    make_spec(utterances=36, parquet='{files: "*.parquet", name: "wav/{_name}", take: [emotion]}')
    command = ["build", "--spec", str(tmp_path / "tones.yaml"), "--json", "--jobs", jobs]
    command += ["--allow-partial"]
    assert main([*command, "--root", f"tones={root}", "--output", str(tmp_path / "one")]) == 0
    inside = [*command, "--root", f"tones={hub}", "--output", str(tmp_path / "two")]
    assert main(inside) == 0
    one, two = rows(tmp_path / "one"), rows(tmp_path / "two")
    assert set(two["source_path"].str.split("/").str[1]) == {
        "train-00000-of-00002.parquet", "train-00001-of-00002.parquet"
    }  # fmt: skip
    pd.testing.assert_frame_equal(one.drop(columns="source_path"), two.drop(columns="source_path"))
    shards = {file: file.read_bytes() for file in (tmp_path / "two" / "data").rglob("*.parquet")}
    next(iter(shards)).unlink()
    assert main(inside) == 0
    assert {file: file.read_bytes() for file in shards} == shards


def test_a_clip_in_two_files_is_rejected_and_a_file_beside_wins(
    parquet_corpus: tuple[Path, Path], make_spec: MakeSpec, tmp_path: Path
) -> None:
    root, hub = parquet_corpus
    make_spec(utterances=36, parquet='{files: "*.parquet", name: "wav/{_name}", take: [emotion]}')
    first = pq.read_table(hub / "data" / "train-00000-of-00002.parquet")
    pq.write_table(first.slice(0, 1), hub / "again.parquet")
    (hub / "wav").mkdir()
    name = first["audio"][1].as_py()["path"]
    (hub / "wav" / name).write_bytes((root / "wav" / name).read_bytes())
    command = ["build", "--spec", str(tmp_path / "tones.yaml"), "--json", "--jobs", "1"]
    main([*command, "--root", f"tones={hub}", "--output", str(tmp_path / "out")])
    written = rows(tmp_path / "out").set_index("id")
    assert written.index.is_unique
    assert len(written) == 35
    assert written.loc[f"tones/wav/{name[:-4]}", "source_path"] == f"wav/{name}"
    rejects = pd.read_parquet(tmp_path / "out" / "rejects.parquet")
    assert sorted(rejects["reason"]) == ["copies_disagree", "copies_disagree", "copy"]
