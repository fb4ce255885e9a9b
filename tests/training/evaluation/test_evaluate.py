import json
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from safetensors.torch import load_file, save_file

from pipeline.common.errors import DataError, UsageError
from pipeline.schema.record import CLASSES
from tests.support.shards import LEARNING, NANO, record, run_command, write_shards, write_tones
from training.config.recipe import load_recipe
from training.data.index import load_index
from training.data.row_choice import RowChoice
from training.evaluation.cross_corpus_rows import plan_rows
from training.evaluation.evaluate import evaluate
from training.evaluation.score_file import read_scores
from training.evaluation.train_test_overlap import SpeakerOverlap
from training.finetuning.train import train
from training.inference.load_model import load_model
from training.model.provenance import TrainingSpeakers


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
    result = evaluate(model, tones, "train", rows=RowChoice(["alpha"]))
    assert set(result.corpora) == {"alpha"}
    assert "3 of 3 speakers WERE in training" in str(result.speakers)
    assert result.notes == ["the audio of 36 of 36 utterances WAS in training"]
    assert evaluate(model, tones, "all").notes == [
        "the audio of 72 of 120 utterances WAS in training"
    ]


def test_clips_heard_are_known_when_the_dataset_has_got_protocols(
    model: Path, tones: Path, tmp_path: Path
) -> None:
    dataset = Path(shutil.copytree(tones, tmp_path / "tones"))
    manifest = json.loads((dataset / "manifest.json").read_text(encoding="utf-8"))
    added = json.dumps({**manifest, "protocols": {}})
    (dataset / "manifest.json").write_text(added, encoding="utf-8")
    assert evaluate(model, dataset, "train", rows=RowChoice(["alpha"])).notes == [
        "the audio of 36 of 36 utterances WAS in training"
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


def test_model_whose_training_has_not_finished_is_called_so(tones: Path, tmp_path: Path) -> None:
    (tmp_path / "training_config.yaml").write_text("name: tiny", encoding="utf-8")
    with pytest.raises(UsageError, match="its training has not finished: go on with"):
        evaluate(tmp_path, tones)


def test_unknown_split_is_answered_with_all_there_are(model: Path, tones: Path) -> None:
    with pytest.raises(UsageError, match="'tset': expected one of train, validation, test or all"):
        evaluate(model, tones, "tset")
    with pytest.raises(UsageError, match="unknown split 'tset'"):
        plan_rows(tones, "leave-one-corpus-out", (), "tset")


def test_model_of_another_kind_is_refused(tones: Path, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"model_type": "hubert"}', encoding="utf-8")
    with pytest.raises(UsageError, match="a 'hubert' model, expected 'exhubert'"):
        evaluate(tmp_path, tones)


@pytest.mark.parametrize(
    ("overlap", "said"),
    [
        (SpeakerOverlap(0, 3, 0), "none of the 3 speakers was in training: speaker-independent"),
        (SpeakerOverlap(0, 3, 4), "(4 utterances of unknown speakers unchecked)"),
        (SpeakerOverlap(1, 2, 0, 5, ["m"]), "1 of 3 speakers WERE in training"),
        (SpeakerOverlap(0, 0, 12), "no speaker is known: speaker independence cannot be checked"),
        (SpeakerOverlap(0, 3, 0, 5), "of 5 utterances there the speaker is unknown"),
        (SpeakerOverlap(0, 3, 0, 0, ["m"]), "m does not say whom it was trained on"),
    ],
)
def test_speakers_are_called_independent_only_where_that_is_known(
    overlap: SpeakerOverlap, said: str
) -> None:
    assert said in str(overlap)
    assert ("speaker-independent" in str(overlap)) == (overlap.independent or overlap.seen > 0)


def test_speakers_that_a_base_heard_are_heard(model: Path, tones: Path, tmp_path: Path) -> None:
    other = write_tones(tmp_path / "other", {"train": 1}, ("gamma",))
    tuned = tmp_path / "tuned"
    settings = [*LEARNING, "optimizer.epochs=1", f"model.base={model}", "model.config={}"]
    train(load_recipe("tiny", settings), other, tuned)
    result = evaluate(tuned, tones, "train", rows=RowChoice(["alpha"]))
    assert result.speakers.seen == 3
    assert result.notes == ["the audio of 36 of 36 utterances WAS in training"]
    assert evaluate(tuned, other, "train").speakers.seen == 3
    assert evaluate(tuned, tones, "test").speakers.independent


def test_model_that_says_nothing_is_not_called_independent(
    model: Path, tones: Path, tmp_path: Path
) -> None:
    silent = shutil.copytree(model, tmp_path / "silent")
    (silent / "provenance.json").unlink()
    speakers = evaluate(silent, tones, "test").speakers
    assert speakers.models_without_provenance == [str(silent)]
    assert not speakers.independent
    tuned = tmp_path / "tuned"
    settings = [*LEARNING, "optimizer.epochs=1", f"model.base={silent}", "model.config={}"]
    train(load_recipe("tiny", settings), tones, tuned)
    assert evaluate(tuned, tones, "test").speakers.models_without_provenance == [str(tuned)]


def test_training_utterances_of_unknown_speakers_are_counted(model: Path, tones: Path) -> None:
    index = load_index(tones, "train").assign(speaker=None)
    heard = TrainingSpeakers.of_model("m", TrainingSpeakers.of_rows(index).to_provenance())
    assert heard == TrainingSpeakers(unknown_utterances=72)


def change_classes(folder: Path, labels: Sequence[str]) -> None:
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    config["id2label"] = dict(enumerate(labels))
    config["label2id"] = {label: index for index, label in enumerate(labels)}
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")


def test_model_with_other_classes_is_not_scored(model: Path, tones: Path, tmp_path: Path) -> None:
    other = shutil.copytree(model, tmp_path / "other")
    change_classes(other, CLASSES[::-1])
    with pytest.raises(UsageError, match="its classes are high_positive, high_neutral"):
        evaluate(other, tones)


def drop_head(folder: Path) -> None:
    weights = load_file(folder / "model.safetensors")
    kept = {name: weight for name, weight in weights.items() if "classifier" not in name}
    save_file(kept, folder / "model.safetensors", {"format": "pt"})


def cut_weights(folder: Path) -> None:
    whole = (folder / "model.safetensors").read_bytes()
    (folder / "model.safetensors").write_bytes(whole[: len(whole) // 2])


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (drop_head, "2 weights are missing, classifier.bias first"),
        (cut_weights, "cannot load the weights"),
        (lambda folder: (folder / "provenance.json").write_text("{"), "provenance.json: not JSON"),
        (lambda folder: (folder / "provenance.json").write_text("[]"), "expected an object"),
        (lambda folder: (folder / "training_config.yaml").write_text(""), "no recipe with a sec"),
        (
            lambda folder: (folder / "training_config.yaml").write_text("data: {window: no}"),
            "no recipe with a section `data`",
        ),
    ],
)
def test_damaged_models_are_named(
    model: Path, tones: Path, tmp_path: Path, damage: Callable[[Path], object], said: str
) -> None:
    damaged = shutil.copytree(model, tmp_path / "damaged")
    damage(damaged)
    with pytest.raises(UsageError, match=said):
        evaluate(damaged, tones)


def test_weights_in_half_precision_are_scored_in_full(
    model: Path, tones: Path, tmp_path: Path
) -> None:
    half = shutil.copytree(model, tmp_path / "half")
    load_model(half).model.bfloat16().save_pretrained(half)
    assert evaluate(half, tones).overall.uar > 0.5


def test_only_rows_that_a_condition_names_are_scored(
    model: Path, tones: Path, tmp_path: Path
) -> None:
    output = tmp_path / "scores.json"
    condition = "duration > 0.46 and class_name in ('low_negative', 'high_negative')"
    options = ("--model", str(model), "--data", str(tones), "--where", condition)
    assert run_command("evaluate", *options, "--output", str(output)) == 0
    result = read_scores(output)
    assert result.where == condition
    assert result.notes[0] == f"only rows where {condition}"
    assert set(result.predictions.utterances["label"]) == {0, 3}
    assert result.overall.utterances == 6


def test_what_is_no_condition_is_refused_before_a_model_is_read(tones: Path) -> None:
    for command in (
        ("evaluate", "--model", "none"),
        ("baseline", "--kind", "majority"),
        ("train", "--config", "tiny", "--output", "none"),
    ):
        with pytest.raises(UsageError, match="no column 'emotoin'"):
            run_command(*command, "--data", str(tones), "--where", "emotoin = 'anger'")


def test_a_condition_that_no_row_fulfils_is_named(model: Path, tones: Path) -> None:
    with pytest.raises(DataError, match="in split 'test' where duration > 99"):
        evaluate(model, tones, rows=RowChoice(where="duration > 99"))


def test_models_of_different_label_sets_are_not_averaged(tmp_path: Path) -> None:
    rows = [
        record("alpha", split, number, 0, emotion=("anger", "calm")[number % 2])
        for split in ("train", "validation", "test")
        for number in range(8)
    ]
    write_shards(tmp_path / "data", rows)
    recipe = load_recipe("tiny", [*NANO, "optimizer.epochs=1"])
    models = []
    for name, mapping in {
        "one": {"anger": "x", "calm": "y"},
        "other": {"anger": "y", "calm": "x"},
    }.items():
        data = recipe.data.model_copy(update={"label_set": mapping})
        train(recipe.model_copy(update={"data": data}), tmp_path / "data", tmp_path / name)
        models.append(tmp_path / name)
    with pytest.raises(UsageError, match=r"other: its classes are made of other clips.*one"):
        evaluate(models, tmp_path / "data")
