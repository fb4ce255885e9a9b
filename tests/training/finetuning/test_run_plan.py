"""Plans of runs: what soft labels are made of, and what is refused before anything is spent."""

from pathlib import Path
from typing import Any

import pytest

from pipeline.common.errors import DataError, UsageError
from tests.support.shards import NANO, record, write_shards
from training.config.recipe import load_recipe
from training.finetuning.objective import build_objective
from training.finetuning.run_plan import plan_run

SOFT = [*NANO, "loss.soft_labels=true"]


def votes(**counts: float) -> list[dict[str, Any]]:
    return [{"key": key, "value": value} for key, value in counts.items()]


def write_rated(folder: Path, **changes: Any) -> Path:
    """Clips that carry ratings, and neither class nor category."""
    rows = [
        record("alpha", split, number, None, **{"emotion": None, "arousal": number / 6, **changes})
        for split in ("train", "validation")
        for number in range(6)
    ]
    write_shards(folder, rows)
    return folder


def test_a_vote_for_a_category_that_nobody_was_given_counts(tmp_path: Path) -> None:
    """Sadness and disgust are both low_negative, and no clip is disgusted."""
    own = votes(anger=3, disgust=1, sadness=1)
    write_shards(
        tmp_path,
        [record("alpha", "train", n, 3, emotion="anger", votes=own) for n in range(6)],
    )
    plan = plan_run(load_recipe("tiny", SOFT), tmp_path)
    assert plan.index["label_shares"].iloc[0] == pytest.approx([0.4, 0, 0, 0.6, 0, 0])
    assert plan.voted == 6


def test_ratings_alone_have_no_soft_classes(tmp_path: Path) -> None:
    dataset = write_rated(tmp_path, votes=votes(anger=1, calm=1))
    plan = plan_run(load_recipe("tiny", [*SOFT, "heads.ratings=1"]), dataset)
    assert plan.classes == ()
    assert not {"votes", "label_shares", "emotion_shares"} & set(plan.index.columns)
    assert [loss.target for loss in build_objective(plan).losses] == ["rating_labels"]


def test_soft_labels_without_a_vote_are_refused(tmp_path: Path) -> None:
    dataset = write_rated(tmp_path)
    with pytest.raises(DataError, match=r"no training utterance has any: set loss\.soft_labels"):
        plan_run(load_recipe("tiny", [*SOFT, "heads.ratings=1"]), dataset)
    assert plan_run(load_recipe("tiny", [*NANO, "heads.ratings=1"]), dataset).voted is None


def test_a_misspelt_speaker_is_refused_and_one_of_another_corpus_is_none(tmp_path: Path) -> None:
    write_shards(
        tmp_path,
        [record(corpus, "train", n, n % 6) for corpus in ("alpha", "beta") for n in range(6)],
    )
    setting = "data.exclude_speakers=[alpha:train{}]"
    kept = plan_run(load_recipe("tiny", [setting.format(1), "data.corpora=[alpha]"]), tmp_path)
    assert set(kept.index["speaker"]) == {"alpha:train0", "alpha:train2"}
    plan_run(load_recipe("tiny", [setting.format(1), "data.corpora=[beta]"]), tmp_path)
    with pytest.raises(UsageError, match=r"no speaker 'alpha:trian1'; did you mean 'alpha:train1'"):
        plan_run(load_recipe("tiny", ["data.exclude_speakers=[alpha:trian1]"]), tmp_path)
