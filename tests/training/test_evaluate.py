import json
from pathlib import Path

import pytest

from pipeline.errors import DataError, UsageError
from tests.training.shards import LEARNING, record, run_command, write_shards, write_tones
from training.evaluate import evaluate
from training.recipe import load_recipe
from training.scorefile import SpeakerOverlap
from training.train import train


@pytest.fixture(scope="module")
def tones(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tones(tmp_path_factory.mktemp("tones"), {"train": 6, "validation": 1, "test": 3})


@pytest.fixture(scope="module")
def model(tones: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    output = tmp_path_factory.mktemp("models") / "learned"
    train(load_recipe("tiny", LEARNING), tones, output)
    return output


def test_trained_model_beats_chance_clearly_on_new_speakers(model: Path, tones: Path) -> None:
    result = evaluate(model, tones, "test")
    assert result.overall.chance == pytest.approx(1 / 6)
    assert result.overall.uar > 0.5
    assert result.overall.utterances == 36
    assert set(result.corpora) == {"alpha", "beta"}
    assert result.speakers == SpeakerOverlap(seen=0, unseen=6, unknown_utterances=0)


def test_batch_size_changes_no_score(model: Path, tones: Path) -> None:
    one, many = (evaluate(model, tones, "test", batch_size=size) for size in (1, 7))
    assert one.overall == many.overall


def test_split_heard_in_training_is_called_so(model: Path, tones: Path) -> None:
    result = evaluate(model, tones, "train", corpora=["alpha"])
    assert set(result.corpora) == {"alpha"}
    assert "3 of 3 speakers WERE in training" in str(result.speakers)
    assert result.notes == ["the audio of 36 of 36 utterances WAS in training"]
    assert evaluate(model, tones, "all").notes == [
        "the audio of 72 of 120 utterances WAS in training"
    ]


def test_clips_of_a_dataset_that_training_did_not_see_are_not_called_heard(
    model: Path, tmp_path: Path
) -> None:
    other = write_tones(tmp_path, {"train": 1}, ("alpha", "gamma"))
    assert evaluate(model, other, "train").notes == []


def test_command_prints_a_table_and_writes_json(
    model: Path, tones: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "scores" / "test.json"
    status = run_command(
        "evaluate", "--model", str(model), "--data", str(tones), "--output", str(output)
    )
    printed = capsys.readouterr().out
    assert status == 0
    assert "UAR" in printed
    assert "speaker-independent" in printed
    scores = json.loads(output.read_text(encoding="utf-8"))
    assert scores["labels"][3] == "high_negative"
    assert sum(map(sum, scores["overall"]["confusion"])) == 36


def test_command_prints_nothing_but_json_when_asked(
    model: Path, tones: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command("evaluate", "--model", str(model), "--data", str(tones), "--json") == 0
    assert json.loads(capsys.readouterr().out)["split"] == "test"


def test_empty_split_is_a_data_error(model: Path, tmp_path: Path) -> None:
    write_shards(tmp_path, [record("alpha", "train", 0, 1)])
    with pytest.raises(DataError, match="no labelled utterances in split 'test'"):
        evaluate(model, tmp_path)


def test_folder_without_a_model_says_what_makes_one(tones: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="expected a folder that `exhubert train`"):
        evaluate(tmp_path, tones)


def test_model_of_another_kind_is_refused(tones: Path, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"model_type": "hubert"}', encoding="utf-8")
    with pytest.raises(UsageError, match="a 'hubert' model, expected 'exhubert'"):
        evaluate(tmp_path, tones)


def test_speakers_that_nobody_knows_are_not_called_independent() -> None:
    assert "cannot be checked" in str(SpeakerOverlap(0, 0, 12))
    assert "(4 utterances of unknown speakers unchecked)" in str(SpeakerOverlap(0, 3, 4))
