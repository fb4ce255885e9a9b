"""One model in one fold: where its files lie, and how it is trained and scored.

In the folder of a job lie its score file and ``cost.json``, written last.
"""

import hashlib
import json
import re
import shutil
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console

from pipeline.storage.files import write_atomic
from training.config.recipe import Recipe
from training.evaluation.baselines.run import Baseline, run_baseline
from training.evaluation.benchmark.fold_run import FoldRun, fold_recipe
from training.evaluation.evaluate import evaluate
from training.evaluation.score_file import Evaluation, read_scores, write_scores
from training.finetuning.run_folder import is_complete
from training.finetuning.train import train
from training.inference.load_model import read_provenance

System = Recipe | Baseline

COST, SCORES = "cost.json", "scores.json"


@dataclass(frozen=True)
class Cost:
    """What training took.

    Attributes:
        seconds: Of training; of a baseline with its features, where they were not kept, and
            scoring.
        parameters: How many were trained.
    """

    seconds: float
    parameters: int


@dataclass(frozen=True)
class Job:
    """One model in one fold.

    Attributes:
        model: Its name.
        system: What is trained.
        run: The fold.
        dataset: Folder or URL.
        output: Folder of the benchmark.
        keep_model: Whether the trained model stays.
    """

    model: str
    system: System
    run: FoldRun
    dataset: str
    output: Path
    keep_model: bool = False

    @property
    def folder(self) -> Path:
        """Where its files lie."""
        run = self.run
        parts = run.protocol, run.corpus, folder_name(self.model), f"fold-{run.number:03d}"
        return self.output.joinpath("runs", *parts)

    @property
    def is_done(self) -> bool:
        """Whether it went to its end."""
        return (self.folder / COST).is_file()

    def read_result(self) -> tuple[Evaluation, Cost]:
        """What it gave, once it is done."""
        cost = json.loads((self.folder / COST).read_text(encoding="utf-8"))
        return read_scores(self.folder / SCORES), Cost(**cost)

    def __str__(self) -> str:
        return f"{self.model}, {self.run}"


def run_job(job: Job, console: Console | None = None) -> None:
    """Trains and scores one model in one fold; an interrupted training is continued.

    Args:
        job: What is run.
        console: Where training prints its progress; ``None`` for silence.
    """
    system, run, folder = job.system, job.run, job.folder
    if isinstance(system, Baseline):
        started = time.perf_counter()
        evaluation = run_baseline(
            *(system, job.dataset, run.split, run.scored, run.fitted),
            keep_in=job.output,
            task=run.task,
        )
        cost = Cost(round(time.perf_counter() - started, 2), evaluation.trained_parameters or 0)
        write_scores(evaluation, folder / SCORES)
    else:
        model = folder / "model"
        if not is_complete(model):
            recipe = fold_recipe(system, run)
            train(recipe, job.dataset, model, resume=model.exists(), console=console)
        evaluation = evaluate(str(model), job.dataset, run.split, run.scored, fold=run.choice)
        write_scores(evaluation, folder / SCORES)
        provenance = read_provenance(model)
        cost = Cost(provenance["seconds"], provenance["parameters"]["trainable"])
    write_atomic(folder / COST, json.dumps(asdict(cost)) + "\n")
    if not (job.keep_model or isinstance(system, Baseline)):
        shutil.rmtree(folder / "model")


def folder_name(system: str) -> str:
    """The name of a model as one of a folder: others than word characters are replaced.

    >>> folder_name("tiny"), folder_name("probe of facebook/hubert")[:24]
    ('tiny', 'probe_of_facebook_hubert')
    """
    plain = re.sub(r"[^A-Za-z0-9_-]+", "_", system)
    if plain == system:
        return plain
    return f"{plain}-{hashlib.sha256(system.encode()).hexdigest()[:8]}"
