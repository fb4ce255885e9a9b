"""Runs in processes of their own: killed and resumed, or several together."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch

from tests.support.rated_shards import write_rated
from tests.support.shards import NANO
from training.finetuning.run_folder import is_complete
from training.inference.load_model import load_model

RUN = [
    *NANO,
    "optimizer.epochs=3",
    "optimizer.batch_size=4",
    "run.evaluate_every=0.2",  # a checkpoint every other step: mid-epoch, too
    "heads.emotion=0.5",
    "heads.ratings=0.5",
    "data.speed=0.1",
    "model.config.hidden_dropout=0.1",
    "model.config.mask_time_prob=0.05",
]


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_rated(tmp_path_factory.mktemp("rated"))


def start(
    dataset: Path, output: Path, *overrides: str, processes: int = 1
) -> subprocess.Popen[str]:
    launch = ["torch.distributed.run", f"--nproc_per_node={processes}", "--standalone"]
    launch = [*launch, "-m", "exhubert"] if processes > 1 else ["exhubert"]
    arguments = ["--data", str(dataset), "--output", str(output), "--config", "tiny"]
    return subprocess.Popen(
        [sys.executable, "-m", *launch, "train", *arguments, *RUN, *overrides],
        env=os.environ | {"OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def finish(run: subprocess.Popen[str]) -> str:
    try:
        told, _ = run.communicate(timeout=300)
    finally:
        run.kill()
    assert run.returncode == 0, told
    return told


def weights(folder: Path) -> dict[str, torch.Tensor]:
    return load_model(folder).model.state_dict()


@pytest.mark.slow
def test_run_killed_at_any_moment_ends_with_the_weights_of_one_that_was_not(
    dataset: Path, tmp_path: Path
) -> None:
    finish(start(dataset, tmp_path / "whole"))
    kills = 0
    output = tmp_path / "killed"
    while not is_complete(output):
        run = start(dataset, output, *(["--resume"] if output.exists() else []))
        checkpoints = output / "checkpoints"
        before = set(checkpoints.glob("checkpoint-*")) if checkpoints.is_dir() else set()
        while run.poll() is None and kills < 3:
            there = set(checkpoints.glob("checkpoint-*")) if checkpoints.is_dir() else set()
            if there - before:  # it got further than the run before: kill it a bit later
                time.sleep(random.uniform(0, 0.5))
                run.send_signal(signal.SIGKILL)
                kills += run.wait() == -signal.SIGKILL
                break
            time.sleep(0.02)
        told, _ = run.communicate(timeout=300)
        assert run.returncode in (0, -signal.SIGKILL), told
    assert kills
    torch.testing.assert_close(weights(output), weights(tmp_path / "whole"), rtol=0, atol=0)


@pytest.mark.slow
def test_two_processes_train_the_model_of_one_that_accumulates(
    dataset: Path, tmp_path: Path
) -> None:
    plain = ["model.config.hidden_dropout=0", "model.config.mask_time_prob=0"]
    plain += ["optimizer.batch_size=3", "optimizer.epochs=2"]  # 12 batches: none comes twice
    together = finish(start(dataset, tmp_path / "two", *plain, processes=2))
    for words in ("Further heads:", "Validation UAR"):  # the second process is silent
        assert together.count(words) == 1
    finish(start(dataset, tmp_path / "one", *plain, "optimizer.accumulate=2"))
    torch.testing.assert_close(
        weights(tmp_path / "two"), weights(tmp_path / "one"), rtol=1e-3, atol=1e-4
    )


@pytest.mark.slow
def test_two_processes_skip_layers_each_on_its_own(dataset: Path, tmp_path: Path) -> None:
    settings = ["model.config.layerdrop=0.5", "optimizer.epochs=1"]
    finish(start(dataset, tmp_path / "run", *settings, processes=2))
    assert is_complete(tmp_path / "run")
