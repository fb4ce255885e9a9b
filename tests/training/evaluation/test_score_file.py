import hashlib
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from exhubert.cli.main import main
from exhubert.cli.output.evaluation_tables import conclusion, remarks
from pipeline.common.errors import DataError, UsageError
from tests.support.made_up import make_evaluation, make_utterances
from training.evaluation.compare import compare
from training.evaluation.prediction_table import PredictionTable
from training.evaluation.score_file import read_scores, score_predictions, write_scores
from training.model.provenance import TrainingSpeakers


@pytest.mark.parametrize("skills", [(0.6,), (0.4, 0.5, 0.9)])
def test_score_file_is_read_back_as_it_was(skills: tuple[float, ...], tmp_path: Path) -> None:
    utterances = make_utterances()
    utterances.loc[:5, "speaker"] = None
    written = make_evaluation(skills, utterances, heard=["s1"])
    write_scores(written, tmp_path / "scores" / "test.json")
    read = read_scores(tmp_path / "scores" / "test.json")
    assert read.to_dict() == written.to_dict()
    assert read.predictions.speakers == written.predictions.speakers
    np.testing.assert_array_equal(read.predictions.predicted, written.predictions.predicted)


def test_answers_lie_beside_the_scores_for_any_reader(tmp_path: Path) -> None:
    evaluation = make_evaluation([0.5, 0.6])
    write_scores(evaluation, tmp_path / "test.json")
    table = pd.read_parquet(tmp_path / "test.parquet")
    assert len(table) == 2 * evaluation.overall.utterances
    right = (table["label"] == table["predicted"]).groupby(table["model"]).mean()
    assert right.mean() == pytest.approx(evaluation.overall.wa)
    assert (table["probabilities"].map(np.argmax) == table["predicted"]).all()


def test_manifest_is_that_of_the_dataset_on_disk_or_at_a_url(tmp_path: Path) -> None:
    def manifest_of(dataset: str) -> str | None:
        answers = make_evaluation([0.5]).predictions
        return score_predictions(
            answers, dataset, "test", list("abcdef"), TrainingSpeakers()
        ).manifest_sha256

    places = (str(tmp_path), f"fsspec+file://{tmp_path}")
    assert [manifest_of(place) for place in places] == [None, None]
    (tmp_path / "manifest.json").write_bytes(b"{}")
    assert [manifest_of(place) for place in places] == [hashlib.sha256(b"{}").hexdigest()] * 2


def test_methods_without_probabilities_have_no_calibration(tmp_path: Path) -> None:
    utterances = make_utterances()
    answers = PredictionTable(["svm"], utterances, utterances[["label"]].to_numpy().T, None)
    evaluation = score_predictions(answers, "dataset", "test", list("abcdef"), TrainingSpeakers())
    assert evaluation.calibration is None
    write_scores(evaluation, tmp_path / "svm.json")
    assert read_scores(tmp_path / "svm.json").predictions.probabilities is None


def test_corpora_that_were_not_trained_on_are_told(tmp_path: Path) -> None:
    answers = make_evaluation([0.5]).predictions

    def not_trained_on(corpora: frozenset[str] | None) -> list[str] | None:
        training = TrainingSpeakers(corpora=corpora)
        evaluation = score_predictions(answers, "dataset", "test", list("abcdef"), training)
        write_scores(evaluation, tmp_path / "a.json")
        return read_scores(tmp_path / "a.json").not_trained_on

    assert not_trained_on(frozenset({"alpha", "gamma"})) == ["beta"]
    assert not_trained_on(frozenset({"alpha", "beta"})) == []
    assert not_trained_on(None) is None


def test_exchanged_and_lost_answers_are_noticed(tmp_path: Path) -> None:
    write_scores(make_evaluation([0.3]), tmp_path / "a.json")
    write_scores(make_evaluation([0.6]), tmp_path / "b.json")
    (tmp_path / "b.parquet").replace(tmp_path / "a.parquet")
    with pytest.raises(DataError, match=r"a\.parquet: not the answers that a\.json"):
        read_scores(tmp_path / "a.json")
    with pytest.raises(DataError, match=r"b\.parquet: missing"):
        read_scores(tmp_path / "b.json")


def test_files_that_are_no_score_files_are_named(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text("[]", encoding="utf-8")
    with pytest.raises(UsageError, match=r"x\.json: not a score file"):
        read_scores(tmp_path / "x.json")
    with pytest.raises(UsageError, match=r"y\.txt: a score file ends in \.json"):
        write_scores(make_evaluation(), tmp_path / "y.txt")


def test_few_speakers_are_too_few_to_conclude_from() -> None:
    few, many = make_utterances(speakers=4), make_utterances(speakers=12)
    for utterances, said in (
        (few, "Only 4 speakers: too few to conclude from"),
        (many, "is ahead"),
    ):
        good, bad = (make_evaluation([skill], utterances) for skill in (0.9, 0.2))
        assert said in conclusion(compare(good, bad, ("good", "bad")))[0]
        remarked = "only 4 speakers: the intervals are too narrow" in remarks(good)
        assert remarked == (utterances is few)


def test_compare_command_prints_tables_and_a_verdict(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = [str(tmp_path / f"{name}.json") for name in ("good", "bad", "worse")]
    for file, skill in zip(files, (0.9, 0.3, 0.1), strict=True):
        evaluation = make_evaluation([skill], make_utterances(speakers=12))
        heard = replace(evaluation, notes=[f"{skill} of the clips were trained on"])
        write_scores(heard, Path(file))
    assert main(["compare", *files, "--output", str(tmp_path / "out" / "comparison.json")]) == 0
    printed = capsys.readouterr().out
    assert "good is ahead of bad: the interval lies above 0" in printed
    assert "good is ahead of worse" in printed
    assert "McNemar" in printed
    assert "bad: 0.3 of the clips were trained on" in printed
    assert printed.count("speaker") >= 3  # what is known of them, for each
    saved = json.loads((tmp_path / "out" / "comparison.json").read_text(encoding="utf-8"))
    assert [(one["first"], one["second"]) for one in saved] == [("good", "bad"), ("good", "worse")]
    assert main(["compare", files[0]]) == 2
    assert main(["compare", files[0], files[0]]) == 2
