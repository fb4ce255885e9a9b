"""Answers on a page: of each confusion the surest, wrong ones first; heard where it is allowed."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.support.made_up import make_evaluation, make_probabilities, make_utterances
from tests.support.shards import record, write_shards
from training.data.index import load_index
from training.evaluation.prediction_table import PredictionTable
from training.evaluation.reports.answers import cell_size, choose_answers, find_answers
from training.evaluation.score_file import Evaluation


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two corpora, of which one may be passed on."""
    folder = tmp_path_factory.mktemp("answers")
    rows = [
        record(corpus, "test", number, number % 6, gender=("female", "male")[number % 2])
        for corpus in ("open", "closed")
        for number in range(24)
    ]
    write_shards(folder, rows)
    manifest = json.loads((folder / "manifest.json").read_text())
    for corpus, entry in manifest["corpora"].items():
        entry["redistribute"] = corpus == "open"
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return folder


@pytest.fixture(scope="module")
def evaluation(dataset: Path) -> Evaluation:
    return make_evaluation((0.4, 0.5), load_index(dataset), dataset=dataset)


@pytest.mark.parametrize("skills", [(0.4,), (0.3, 0.7)])
def test_each_confusion_has_its_surest_answers(skills: tuple[float, ...]) -> None:
    evaluation = make_evaluation(skills, make_utterances(speakers=20))
    found = choose_answers(evaluation.predictions, per_cell=2)
    confusion = np.array(evaluation.overall.confusion)
    counts = found.groupby(["label", "predicted"]).size()
    assert counts.max() == 2
    assert set(counts.index) == set(zip(*map(list, np.nonzero(confusion)), strict=True))
    wrong = found[~found["right"]]
    assert wrong.index.tolist() == list(range(len(wrong)))  # they stand first
    assert wrong["confidence"].is_monotonic_decreasing


def test_without_probabilities_nothing_is_called_sure() -> None:
    rows = make_utterances()
    table = PredictionTable(["svm"], rows, make_probabilities(rows, 0.5).argmax(1)[None], None)
    assert choose_answers(table, 3)["confidence"].isna().all()


@pytest.mark.parametrize(
    ("with_audio", "playable", "not_playable"),
    [
        ("redistributable", {"open"}, ["closed"]),
        ("all", {"open", "closed"}, []),
        ("none", set(), []),
    ],
)
def test_only_what_may_be_passed_on_is_heard(
    evaluation: Evaluation, with_audio: str, playable: set[str], not_playable: list[str]
) -> None:
    answers = find_answers(evaluation, with_audio)  # type: ignore[arg-type]
    clips = [clip for clips in answers.sections.values() for clip in clips]
    assert {clip.corpus for clip in answers.playable} == playable
    assert {clip.corpus for clip in clips} == {"open", "closed"}  # all can be read about
    assert answers.not_playable == not_playable
    assert next(iter(answers.sections)) == "the surest mistakes"
    assert answers.keys("gender") == ["female", "male"]


def test_a_page_holds_a_bounded_number_of_answers() -> None:
    evaluation = make_evaluation((0.1,), make_utterances(speakers=60, per_class=6))
    kept = choose_answers(evaluation.predictions, cell_size(evaluation))
    assert len(kept) <= 240 < len(evaluation.predictions.utterances)


def test_clips_of_a_dataset_without_a_manifest_are_not_heard(tmp_path: Path) -> None:
    write_shards(tmp_path, [record("alpha", "test", number, number % 6) for number in range(12)])
    (tmp_path / "manifest.json").unlink()
    rows = load_index(tmp_path)
    evaluation = make_evaluation((0.5,), rows, dataset=tmp_path)
    assert find_answers(evaluation, "redistributable").not_playable == ["alpha"]
    assert isinstance(rows, pd.DataFrame)
