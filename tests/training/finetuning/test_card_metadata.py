import copy
from pathlib import Path
from typing import Any

import pytest
from huggingface_hub import ModelCard

from tests.support.made_up import make_evaluation, make_utterances
from training.finetuning.card_metadata import card_metadata
from training.finetuning.model_card import model_card
from training.finetuning.validation import ValidationScores
from training.metrics.head_scores import Concordance, HeadScores

EVALUATION = make_evaluation([0.6], make_utterances(speakers=12))

PROVENANCE: dict[str, Any] = {
    "recipe": {"name": "tiny", "model": {"base": "facebook/hubert-base-ls960"}},
    "dataset": {
        "name": "mix",
        "manifest_sha256": "a" * 64,
        "utterances": {"train": 20, "validation": 10},
        "corpora": {"alpha": {"train": 10, "validation": 5}, "beta": {"train": 10}},
        "licences": {"alpha": ["CC-BY-4.0"], "beta": ["CC-BY-NC-4.0"]},
        "redistribute": {"alpha": True, "beta": True},
        "languages": ["de", "en"],
    },
    "base_licence": "Apache-2.0",
    "heads": {"emotions": (), "dimensions": ()},
    "parameters": {"total": 9, "trainable": 4},
    "validation": ValidationScores(EVALUATION.overall, EVALUATION.corpora).to_dict(),
}


def provenance(**changes: Any) -> dict[str, Any]:
    return copy.deepcopy(PROVENANCE) | changes


def read_back(told: dict[str, Any], folder: Path) -> ModelCard:
    path = folder / "README.md"
    path.write_text(model_card(told), encoding="utf-8")
    return ModelCard.load(path)


def test_the_hub_reads_results_languages_corpora_and_licence(tmp_path: Path) -> None:
    data = read_back(provenance(), tmp_path).data
    assert data.license == "cc-by-nc-4.0"
    assert (data.language, data.datasets) == (["de", "en"], ["alpha", "beta"])
    assert data.base_model == "facebook/hubert-base-ls960"
    found = {(one.dataset_type, one.metric_type): one for one in data.eval_results}
    assert set(found) == {
        (corpus, metric)
        for corpus in ("alpha", "beta", "mix")
        for metric in ("recall", "accuracy", "f1")
    }
    assert data.metrics == ["recall", "accuracy", "f1"]
    uar = found["mix", "recall"]
    assert uar.metric_value == round(100 * EVALUATION.overall.uar, 2)
    assert uar.metric_args == {"average": "macro"}
    assert (uar.dataset_split, uar.dataset_revision) == ("validation", "a" * 64)


def test_terms_that_nobody_knows_leave_the_licence_open(tmp_path: Path) -> None:
    told = provenance(base_licence="unknown")
    card = read_back(told, tmp_path)
    assert card.data.license == "other"
    assert "No licence is known to go with" in card.text
    assert "no commercial use: beta" in card.text


def test_without_validation_there_are_no_results(tmp_path: Path) -> None:
    data = read_back(provenance(validation=None), tmp_path).data
    assert (data.eval_results, data.metrics) == (None, None)


def test_metrics_of_classes_are_none_of_ratings_alone(tmp_path: Path) -> None:
    rated = HeadScores(None, {"arousal": Concordance(10, 0.5)})
    told = provenance(labels=[], validation=ValidationScores(None, {}, rated).to_dict())
    told["heads"]["dimensions"] = ("arousal",)
    data = read_back(told, tmp_path).data
    assert (data.eval_results, data.metrics) == (None, None)


def test_a_base_in_a_folder_is_none_of_the_hubs(tmp_path: Path) -> None:
    told = provenance(recipe={"name": "tiny", "model": {"base": str(tmp_path)}})
    assert card_metadata(told).base_model is None


@pytest.mark.parametrize("base", [None, "facebook/hubert-base-ls960"])
def test_the_card_is_read_without_a_base_as_with_one(base: str | None, tmp_path: Path) -> None:
    told = provenance(recipe={"name": "tiny", "model": {"base": base}}, base_licence=None)
    assert read_back(told, tmp_path).data.base_model == base


def test_corpora_without_training_clips_are_marked(tmp_path: Path) -> None:
    told = provenance()
    told["dataset"]["corpora"]["beta"] = {"validation": 5}
    card = read_back(told, tmp_path)
    assert "| beta† | 108 |" in card.text
    assert "† not trained on." in card.text
