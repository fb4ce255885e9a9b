import json
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.common.errors import UsageError
from training.data.dataset_files import identity
from training.data.manifest import earlier_checksums
from training.evaluation.baselines.run import Baseline
from training.evaluation.benchmark.folder import PLAN, claim_folder
from training.evaluation.benchmark.plan import BenchmarkPlan
from training.evaluation.systems import System

MAJORITY = Baseline("majority")


def plan(**folds: str) -> BenchmarkPlan:
    return BenchmarkPlan("data", "key", "loso", None, None, "six", False, {}, folds, [], [])


def test_models_and_folds_may_be_added(tmp_path: Path) -> None:
    claim_folder(plan(loso="a"), {"majority": MAJORITY}, tmp_path)
    claim_folder(plan(loso="a", twin="b"), {"egemaps": Baseline("egemaps")}, tmp_path)
    claim_folder(plan(loso="a"), {"majority": MAJORITY}, tmp_path)
    written = json.loads((tmp_path / PLAN).read_text(encoding="utf-8"))
    assert sorted(written["models"]) == ["egemaps", "majority"]
    assert written["folds"] == {"loso": "a", "twin": "b"}


@pytest.mark.parametrize(
    ("folds", "systems", "message"),
    [
        ({"loso": "moved"}, {"majority": MAJORITY}, "other folds of loso"),
        ({"loso": "a"}, {"majority": Baseline("egemaps")}, "majority has other settings"),
        ({"loso": "a"}, {"Majority": MAJORITY}, "differ in case alone"),
    ],
)
def test_what_decides_the_scores_stays(
    folds: dict[str, str], systems: dict[str, System], message: str, tmp_path: Path
) -> None:
    claim_folder(plan(loso="a"), {"majority": MAJORITY}, tmp_path)
    before = (tmp_path / PLAN).read_bytes()
    with pytest.raises(UsageError, match=message):
        claim_folder(plan(**folds), systems, tmp_path)
    assert (tmp_path / PLAN).read_bytes() == before


def test_a_benchmark_of_an_earlier_release_goes_on(tmp_path: Path) -> None:
    """It counted the version of a dataset among what tells it from others."""
    manifest, output = tmp_path / "manifest.json", tmp_path / "out"
    manifest.write_text(json.dumps({"corpora": {}, "version": "0.1.0"}), encoding="utf-8")
    today = replace(plan(loso="a"), dataset=str(tmp_path), dataset_key=identity(tmp_path))
    earlier = earlier_checksums(tmp_path)
    assert today.dataset_key not in earlier
    for key in earlier:
        claim_folder(replace(today, dataset_key=key), {"majority": MAJORITY}, output)
        claim_folder(today, {"majority": MAJORITY}, output)
        written = json.loads((output / PLAN).read_text(encoding="utf-8"))
        assert written["dataset"] == today.dataset_key
        (output / PLAN).unlink()
    claim_folder(replace(today, dataset_key="other"), {"majority": MAJORITY}, output)
    with pytest.raises(UsageError, match="another dataset"):
        claim_folder(today, {"majority": MAJORITY}, output)
