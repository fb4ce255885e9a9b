"""WebDataset tars: samples by the name before the first dot, labels beside the audio."""

import json
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exhubert.cli.main import main
from pipeline.common.errors import DataError
from pipeline.planning.index_corpus import index_corpus
from pipeline.sources.listing import SourceFile
from pipeline.sources.reader import CorpusReader, list_sources
from pipeline.specs.emotion_scheme import emotion_scheme
from pipeline.specs.source_spec import SourceRules, WebDatasetSpec
from tests.conftest import MakeCorpus, MakeSpec
from tests.support.archives import tarred
from tests.support.files import files_of


def rules(**keys: object) -> SourceRules:
    return SourceRules(webdataset=WebDatasetSpec.model_validate({"files": "*.tar", **keys}))


def listed(root: Path, **keys: object) -> dict[str, SourceFile]:
    return {file.path: file for file in list_sources(str(root), rules(**keys))}


def write_tar(path: Path, files: dict[str, bytes | dict[str, object]]) -> None:
    contents = {n: f if isinstance(f, bytes) else json.dumps(f).encode() for n, f in files.items()}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(tarred(contents))


def test_members_of_one_name_are_a_sample_and_keys_may_repeat(tmp_path: Path) -> None:
    for shard in range(2):
        write_tar(
            tmp_path / "data" / "train" / f"x-{shard}.tar",
            {
                "000.json": {"emotion": {"main": "sad"}, "speaker": shard, "share": 0.250},
                "000.flac": b"audio%d" % shard,
                "000.txt": b" words \n",
                "001.txt": b"other",
                "001.flac": b"more",
            },
        )
    keys = {
        "take": {"emotion": "emotion.main?", "speaker": "speaker", "text": ".txt", "s": "share?"},
        "path": "/(?P<part>train|test)/",
    }
    found = listed(tmp_path, **keys)
    assert list(found) == [f"data/train/x-{s}.tar/00{n}.flac" for s in range(2) for n in range(2)]
    assert found["data/train/x-1.tar/000.flac"].record == {
        "emotion.main": "sad", "speaker": "1", ".txt": "words", "share": "0.25",
        "part": "train", "_stem": "x-1", "_name": "000",
    }  # fmt: skip
    assert (found["data/train/x-0.tar/001.flac"].record or {})["speaker"] == ""
    read = CorpusReader(str(tmp_path), rules(**keys)).read
    assert read("data/train/x-1.tar/000.flac") == b"audio1"
    with pytest.raises(FileNotFoundError):
        read("data/train/x-1.tar/009.flac")


def test_classes_of_cls_need_names(tmp_path: Path) -> None:
    write_tar(tmp_path / "x.tar", {"0.wav": b"a", "0.cls": b"1\n", "1.wav": b"b", "1.cls": b"0"})
    take = {"emotion": ".cls"}
    with pytest.raises(
        DataError, match=r"'.cls' numbers the labels, such as '1', and nothing names"
    ):
        listed(tmp_path, take=take)
    with pytest.raises(DataError, match=r"1 in column '.cls' is no class; known are 0 anger"):
        listed(tmp_path, take=take, names={".cls": ["anger"]})
    found = listed(tmp_path, take=take, names={".cls": ["anger", "joy"]})
    assert [(f.record or {})[".cls"] for f in found.values()] == ["joy", "anger"]


def test_an_object_of_objects_is_a_cell_of_rows(make_spec: MakeSpec, tmp_path: Path) -> None:
    turns = {"t1": {"b": 0, "e": 1, "emo": ["ang"]}, "t2": {"b": 1, "e": 2, "emo": ["neu"]}}
    label = json.dumps({"spk": "A", "turns": turns})
    write_tar(tmp_path / "x.tar", {"r.wav": b"a", "r.json": label.encode()})
    spec = make_spec(
        audio="['*.tar/**']",
        path="'.'",
        webdataset="{files: '*.tar', cells: {turns: {parse: json, rows: '{turn}'}, emo: json}, "
        "segments: true, take: {start: b, end: e, emotion: emo, speaker: spk}}",
    )
    found = index_corpus(spec, str(tmp_path), emotion_scheme()).utterances
    assert [(one.id.partition("#")[2], one.label_native) for one in found] == [
        ("0-1", "ang"), ("1-2", "neu")
    ]  # fmt: skip


def test_samples_without_audio_or_with_broken_json_are_told_of(tmp_path: Path) -> None:
    files = {"0.json": {"emotion": "sad"}, "1.wav": b"a", "1.json": b"{no", "2.wav": b"b"}
    write_tar(tmp_path / "x.tar", files | {"2.json": {"emotion": "sad"}, ".hidden": b"x"})
    found = listed(tmp_path, take=["emotion"])
    problems = {path: file.problem or "" for path, file in found.items()}
    assert problems.keys() == {"x.tar/0", "x.tar/1.wav", "x.tar/2.wav"}
    assert "no audio, only json" in problems["x.tar/0"]
    assert "its .json is not JSON" in problems["x.tar/1.wav"]
    assert not problems["x.tar/2.wav"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n", "Git LFS pointer"),
        (b"\x1f\x8b" + b"x" * 100, r"compressed as a whole \(gzip\)"),
        (b"no tar at all", "neither a zip nor a tar archive, or damaged"),
    ],
)
def test_what_is_no_tar_is_named(content: bytes, message: str, tmp_path: Path) -> None:
    (tmp_path / "x.tar").write_bytes(content)
    with pytest.raises(DataError, match=rf"x\.tar: .*{message}"):
        listed(tmp_path)


def test_a_column_that_no_sample_has_is_named(tmp_path: Path) -> None:
    write_tar(tmp_path / "x.tar", {"0.wav": b"a", "0.json": {"emo": "sad"}})
    with pytest.raises(DataError, match=r"no sample has 'emotion'; found '.json', '_name'"):
        listed(tmp_path, take=["emotion"])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(data=st.data())
def test_damage_anywhere_ends_in_an_error_or_is_listed(data: st.DataObject, tmp_path: Path) -> None:
    content = bytearray(
        tarred({"0.wav": b"a" * 600, "0.json": b'{"emotion": "sad"}', "1.txt": b"x"})
    )
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    (tmp_path / "x.tar").write_bytes(content)
    try:
        files = list_sources(str(tmp_path), rules(take=["emotion?"]))
    except DataError:
        return
    read = CorpusReader(str(tmp_path), rules(take=["emotion?"])).read
    for file in files:
        if not file.problem:
            try:
                read(file.path)
            except (OSError, DataError):
                continue


def rows(folder: Path) -> pd.DataFrame:
    shards = sorted(folder.glob("data/*/*.parquet"))
    return pd.concat(map(pd.read_parquet, shards)).sort_values("id", ignore_index=True)


def test_a_build_gives_the_rows_of_files_and_those_of_a_restart(
    make_spec: MakeSpec, make_corpus: MakeCorpus, tmp_path: Path
) -> None:
    root = make_corpus()
    tars: dict[str, dict[str, bytes]] = {}
    for number, (name, content) in enumerate(sorted(files_of(root).items())):
        speaker, emotion, take = Path(name).stem.split("_")
        inside = tars.setdefault(f"t-{number % 2}.tar", {})
        inside[f"{number:04d}.wav"] = content
        label = {"emotion": emotion, "speaker": speaker, "take": int(take)}
        inside[f"{number:04d}.json"] = json.dumps(label).encode()
    for name, files in tars.items():
        write_tar(tmp_path / "hub" / name, dict(files))
    make_spec(webdataset='{files: "*.tar", take: [emotion, speaker]}', audio="", path="[]")
    command = ["build", "--spec", str(tmp_path / "tones.yaml"), "--json", "--jobs", "1"]
    inside = [*command, "--root", f"tones={tmp_path / 'hub'}", "--output", str(tmp_path / "two")]
    assert main(inside) == 0
    make_spec()
    local = [*command, "--root", f"tones={root}", "--output", str(tmp_path / "one")]
    assert main(local) == 0
    one, two = rows(tmp_path / "one"), rows(tmp_path / "two")
    assert two["id"].str.fullmatch(r"tones/t-[01]\.tar/\d{4}").all()
    wanted = ["speaker", "emotion", "label", "source_xxh3", "audio_xxh3"]
    one, two = (f.sort_values("audio_xxh3", ignore_index=True) for f in (one, two))
    pd.testing.assert_frame_equal(one[wanted], two[wanted])


def test_a_recording_beside_its_segments(make_spec: MakeSpec, tmp_path: Path) -> None:
    spec = make_spec(
        webdataset='{files: "*.tar", cells: {segments: json}, segments: true, '
        "take: {emotion: segments.emo, start: segments.start, end: segments.end}}",
        audio="",
        path="[]",
    )
    segments = [{"emo": "ang", "start": 0, "end": 1.5}, {"emo": "neu", "start": 1.5, "end": 2}]
    write_tar(tmp_path / "hub" / "x.tar", {"a.wav": b"audio", "a.json": {"segments": segments}})
    found = index_corpus(spec, str(tmp_path / "hub"), emotion_scheme()).utterances
    assert [(u.id, u.label_native) for u in found] == [
        ("tones/x.tar/a#0-1.5", "ang"), ("tones/x.tar/a#1.5-2", "neu")
    ]  # fmt: skip
