"""Shipped specs of corpora that hubs hold in Parquet: small files of the form that cards state."""

from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa
import pytest

from pipeline.planning.index_corpus import index_corpus
from pipeline.schema.utterance import Utterance
from pipeline.specs.emotion_scheme import emotion_scheme
from pipeline.specs.loader import load_spec
from pipeline.specs.shipped import builtin_file
from tests.support.parquet import write_parquet


def write(root: Path, name: str, columns: Mapping[str, object], audio: str, paths: object) -> None:
    names = paths if isinstance(paths, list) else [None] * len(next(iter(columns.values())))  # type: ignore[arg-type]
    write_parquet(root / name, [(path, b"audio") for path in names], columns, audio)


def indexed(corpus: str, root: Path) -> list[Utterance]:
    return index_corpus(load_spec(builtin_file(corpus)), str(root), emotion_scheme()).utterances


@pytest.mark.parametrize(
    ("corpus", "file", "audio", "paths", "columns", "found"),
    [
        (
            "cameo", "data/resd-00000-of-00001.parquet", "audio", None,
            {
                "emotion": ["fear", "poker"], "speaker_id": [None, "02"],
                "gender": ["male", "female"], "age": [None, "46"], "dataset": ["RESD"] * 2,
                "language": ["Russian"] * 2, "license": ["MIT"] * 2, "transcription": ["a", "b"],
            },
            [("fear", None, "male", "ru"), ("poker", "cameo:RESD_02", "female", "ru")],
        ),
        (
            "csemotions", "data/train-00000-of-00008.parquet", "audio", None,
            {"emotion": ["Angry", "Playfulness"], "speaker": ["f1", "m1"], "text": ["a", "b"]},
            [("anger", "csemotions:f1", None, "zh-CN"), (None, "csemotions:m1", None, "zh-CN")],
        ),
        (
            "visec", "data/train-00000-of-00001.parquet", "audio", None,
            {"emotion": ["sad"], "speaker_id": [3], "duration": [1.5]},
            [("sadness", "visec:3", None, "vi-VN")],
        ),
        (
            "rasa", "Hindi/train-00000-of-00009.parquet", "audio", None,
            {"style": ["WIKI", "HAPPY"], "gender": ["Male"] * 2, "text": ["a", "b"]},
            [("happiness", "rasa:Hindi_Male", "male", "hi")],
        ),
        (
            "rasa", "Tamil/test/0000.parquet", "audio", None,
            {"style": ["ANGER"], "gender": ["Female"], "text": ["a"]},
            [("anger", "rasa:Tamil_Female", "female", "ta")],
        ),
        (
            "emonet_voice_bench", "train-0.parquet", "audioId", ["1.mp3", "2.mp3"],
            {"label": ["[{'a': {'Pride': 2}}, {'b': {'Pride': 1}}]", "[{'a': {'Pride': 0}}]"]},
            [("pride", None, None, None)],
        ),
        (
            "resd", "data/test-00000-of-00001.parquet", "speech", ["06_a.wav"],
            {
                "name": ["a"], "emotion": ["enthusiasm"],
                "path": ["06_happiness_enthusiasm/06_happiness_enthusiasm e_060.wav"],
            },
            [("enthusiasm", None, None, "ru-RU")],
        ),
        (
            "zed", "data/train-00000-of-00001.parquet", "wav", ["1.wav", "2.wav"],
            {
                "emotion": [0, 3], "emotion_start": pa.array([0.1, 0], pa.float32()),
                "emotion_end": pa.array([0.5, 1], pa.float32()), "speaker_id": ["a", "b"],
                "transcription": ["x", "y"],
            },
            [("happiness", "zed:a", None, "en"), (None, "zed:b", None, "en")],
        ),
        (
            "crema_d", "default/train/0000.parquet", "audio", ["1001_DFA_ANG_XX.wav"],
            {"label": [0]}, [("anger", "crema_d:1001", None, "en-US")],
        ),
        (
            "dusha", "data/train-00000-of-00010.parquet", "audio", ["0a1b.wav", "0a1c.wav"],
            {"emotion": ["positive", "other"]},
            [("happiness", None, None, "ru-RU"), (None, None, None, "ru-RU")],
        ),
    ],
)  # fmt: skip
def test_rows_are_read_as_cards_state_them(
    corpus: str, file: str, audio: str, paths: object, columns: dict[str, object],
    found: list[tuple[str | None, ...]], tmp_path: Path,
) -> None:  # fmt: skip
    write(tmp_path, file, columns, audio, paths)
    utterances = indexed(corpus, tmp_path)
    assert [(u.emotion, u.speaker, u.gender, u.language) for u in utterances] == found
    assert not any(u.status == "rejected" for u in utterances)


def test_a_card_beside_zed_names_its_classes_anew(tmp_path: Path) -> None:
    columns = {
        "emotion": [0], "emotion_start": [0.25], "emotion_end": [0.5], "speaker_id": ["a"],
        "transcription": ["x"],
    }  # fmt: skip
    write(tmp_path, "data/train-00000-of-00001.parquet", columns, "wav", ["1.wav"])
    names = "{class_label: {names: {'0': angry, '1': sad}}}"
    card = f"---\ndataset_info:\n  features: [{{name: emotion, dtype: {names}}}]\n---\n"
    (tmp_path / "README.md").write_text(card)
    (one,) = indexed("zed", tmp_path)
    assert (one.emotion, one.id) == ("anger", "zed/train-00000-of-00001.parquet/1#0.25-0.5")


@pytest.mark.parametrize(
    ("corpus", "name", "same"),
    [
        ("emo_db", "03a01Wa.wav", "emo_db/wav/03a01Wa"),
        ("crema_d", "1001_DFA_ANG_XX.wav", "crema_d/AudioWAV/1001_DFA_ANG_XX"),
        ("shemo", "F01A01.wav", "shemo/F01A01"),
    ],
)
def test_ids_are_those_of_files(corpus: str, name: str, same: str, tmp_path: Path) -> None:
    write(tmp_path, "data/train-00000-of-00001.parquet", {"n": [0]}, "audio", [name])
    assert [u.id for u in indexed(corpus, tmp_path)] == [same]
