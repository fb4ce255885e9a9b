"""Drafts from Parquet and WebDataset: which columns seem to be label, speaker and text."""

import json
from pathlib import Path

import pytest

from pipeline.checks.spec_examples import check_examples
from pipeline.common.errors import DataError
from pipeline.drafting.draft_spec import draft_folder
from pipeline.planning.index_corpus import index_corpus
from pipeline.specs.corpus_spec import CorpusSpec
from pipeline.specs.emotion_scheme import emotion_scheme
from pipeline.specs.yaml_reader import load_yaml
from tests.support.archives import tarred
from tests.support.parquet import write_parquet

EMOTIONS = ["angry", "sad", "happy", "neutral"]


def load(tmp_path: Path, text: str) -> CorpusSpec:
    (tmp_path / "draft.yaml").write_text(text)
    return load_yaml(tmp_path / "draft.yaml", CorpusSpec)


def test_columns_and_parts_of_parquet_are_drafted(tmp_path: Path) -> None:
    for part in ("train", "test"):
        write_parquet(
            tmp_path / "root" / "data" / f"{part}-00000-of-00001.parquet",
            [(f"{part}{n}.wav", b"audio") for n in range(8)],
            {
                "label": [n % 4 for n in range(8)],
                "speaker_id": [n // 4 for n in range(8)],
                "transcription": ["words"] * 8,
                "gender": ["male"] * 8,
                "loudness": [0.5] * 8,
            },
            classes={"label": EMOTIONS},
        )
    text = draft_folder("mine", str(tmp_path / "root"))
    spec = load(tmp_path, text)
    assert spec.parquet
    assert spec.parquet.files == ["data/*.parquet"]
    assert spec.parquet.take == {
        "emotion": "label", "speaker": "speaker_id", "text": "transcription", "sex": "gender",
        "part": "part",
    }  # fmt: skip
    assert "# column loudness: 0.5" in text
    assert spec.emotions["angry"] == "anger"
    assert check_examples(spec, emotion_scheme()) == []
    found = index_corpus(spec, str(tmp_path / "root"), emotion_scheme()).utterances
    assert {u.status for u in found} == {"ok"}
    assert {u.split for u in found if "/train" in u.id} == {"train", "validation"}
    assert {u.split for u in found if "/test" in u.id} == {"test"}


def test_numbers_without_names_are_left_to_fill_in(tmp_path: Path) -> None:
    write_parquet(tmp_path / "root" / "a.parquet", [("a", b"x"), ("b", b"y")], {"label": [0, 1]})
    spec = load(tmp_path, draft_folder("mine", str(tmp_path / "root")))
    assert spec.parquet
    assert spec.parquet.names == {"label": {"0": "?", "1": "?"}}


def test_samples_of_webdataset_are_drafted(tmp_path: Path) -> None:
    files: dict[str, bytes] = {}
    for number in range(8):
        files[f"{number:03d}.flac"] = b"audio"
        label = {"emotion": {"main": EMOTIONS[number % 4]}, "speaker": f"s{number // 4}"}
        files[f"{number:03d}.json"] = json.dumps(label).encode()
        files[f"{number:03d}.txt"] = b"words"
    for shard in range(2):
        (tmp_path / "root").mkdir(exist_ok=True)
        (tmp_path / "root" / f"x-{shard}.tar").write_bytes(tarred(files))
    spec = load(tmp_path, draft_folder("mine", str(tmp_path / "root")))
    assert spec.webdataset
    assert spec.webdataset.take == {"emotion": "emotion.main", "speaker": "speaker", "text": ".txt"}
    found = index_corpus(spec, str(tmp_path / "root"), emotion_scheme()).utterances
    assert [u.status for u in found] == ["ok"] * 16


def test_lists_of_parts_of_a_recording_are_segments(tmp_path: Path) -> None:
    parts = [{"start": n, "end": n + 1, "spk": "AB"[n], "emo": EMOTIONS[n]} for n in range(2)]
    files = {f"{number}.wav": b"audio" for number in range(4)}
    files |= {f"{number}.json": json.dumps({"parts": parts}).encode() for number in range(4)}
    (tmp_path / "root").mkdir()
    (tmp_path / "root" / "x.tar").write_bytes(tarred(files))
    spec = load(tmp_path, draft_folder("mine", str(tmp_path / "root")))
    assert check_examples(spec, emotion_scheme()) == []
    found = index_corpus(spec, str(tmp_path / "root"), emotion_scheme()).utterances
    assert [(one.id, one.speaker, one.emotion) for one in found[:2]] == [
        ("mine/x.tar/0#0-1", "mine:A", "anger"),
        ("mine/x.tar/0#1-2", "mine:B", "sadness"),
    ]


def test_a_tar_of_clips_alone_is_an_archive(tmp_path: Path) -> None:
    names = [f"s{n // 4}_{EMOTIONS[n % 4]}.wav" for n in range(8)]
    (tmp_path / "root").mkdir()
    (tmp_path / "root" / "x.tar").write_bytes(tarred(dict.fromkeys(names, b"audio")))
    assert load(tmp_path, draft_folder("mine", str(tmp_path / "root"))).archive == ["*.tar"]


def test_what_can_not_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.parquet").write_bytes(b"version https://git-lfs.github.com/spec/v1")
    with pytest.raises(DataError, match="a Git LFS pointer"):
        draft_folder("mine", str(tmp_path))
