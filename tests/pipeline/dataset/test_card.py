import pytest
import yaml

from pipeline.dataset.card import make_card
from tests.support.manifests import manifest


def test_front_matter_names_the_splits_that_have_rows() -> None:
    front_matter = yaml.safe_load(make_card(manifest()).split("---\n")[1])
    configs = {one["config_name"]: one["data_files"] for one in front_matter["configs"]}
    assert [files["split"] for files in configs["all"]] == ["train", "test"]
    assert configs["bells"] == [{"split": "train", "path": "data/bells/train-*.parquet"}]
    assert front_matter["language"] == ["en"]


@pytest.mark.parametrize(("redistribute", "word"), [(True, "yes"), (False, "no")])
def test_terms_policy_and_level_of_every_corpus_are_listed(redistribute: bool, word: str) -> None:
    card = make_card(manifest(redistribute))
    assert f"| `tones` | Tones | en-GB | CC0-1.0 | {word} | 2 |" in card
    assert "speaker-disjoint" in card
    assert "WAV; level normalisation: rms" in card
