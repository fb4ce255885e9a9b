from pathlib import Path
from typing import Any

import pytest
from transformers import TrainingArguments

from pipeline.common.errors import UsageError
from training.config.recipe import load_recipe
from training.finetuning.training_arguments import (
    has_unused_parameters,
    resolve_precision,
    training_arguments,
)
from training.model.configuration_exhubert import ExHubertConfig


def test_a_process_uses_one_gpu_though_there_are_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(TrainingArguments, "n_gpu", property(lambda _: 4))
    arguments = training_arguments(load_recipe("tiny"), tmp_path, 10, chosen_by=None)
    assert arguments.n_gpu == 1
    assert arguments.train_batch_size == load_recipe("tiny").optimizer.batch_size


def test_steps_between_evaluations_count_accumulated_batches(tmp_path: Path) -> None:
    recipe = load_recipe("tiny", ["optimizer.accumulate=2", "run.evaluate_every=0.5"])
    arguments = training_arguments(recipe, tmp_path, 11, chosen_by="uar")
    assert arguments.eval_steps == arguments.save_steps == 3  # of 6 steps an epoch
    assert not list(tmp_path.iterdir())


def test_unknown_reporter_is_refused_by_name(tmp_path: Path) -> None:
    recipe = load_recipe("tiny", ["run.report_to=[nonsense]"])
    with pytest.raises(UsageError, match=r"run\.report_to names nonsense, which is not installed"):
        training_arguments(recipe, tmp_path, 11, chosen_by=None)


@pytest.mark.parametrize(
    ("settings", "left"),
    [
        ({"mask_time_prob": 0.05}, False),
        ({"mask_time_prob": 0.0}, True),
        ({"apply_spec_augment": False}, True),
        ({"mask_time_prob": 0.05, "layerdrop": 0.5}, True),
    ],
)
def test_several_processes_look_for_weights_that_a_step_may_leave(
    settings: dict[str, Any], left: bool
) -> None:
    assert has_unused_parameters(ExHubertConfig(**settings)) is left


@pytest.mark.parametrize(("emulated", "expected"), [(True, "fp32"), (False, "bf16")])
def test_bf16_is_chosen_where_the_gpu_has_it_itself(
    emulated: bool, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def is_supported(including_emulation: bool = True) -> bool:
        return including_emulation or not emulated

    monkeypatch.setattr("torch.cuda.is_available", lambda: True)
    monkeypatch.setattr("torch.cuda.is_bf16_supported", is_supported)
    assert resolve_precision("auto") == expected
