"""One model in one fold: where its files lie, and how it is trained and scored.

In the folder of a job lie its score file and ``cost.json``, written last.
"""

import json
import shutil
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console

from pipeline.storage.files import write_atomic
from training.evaluation.baselines.run import Baseline
from training.evaluation.fold_run import FoldRun
from training.evaluation.score_file import Evaluation, read_scores, write_scores
from training.evaluation.systems import System, folder_name, train_and_score
from training.inference.load_model import read_provenance

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
    folder, model = job.folder, job.folder / "model"
    is_baseline = isinstance(job.system, Baseline)
    started = time.perf_counter()
    evaluation = train_and_score(job.system, job.dataset, job.run, model, job.output, console)
    seconds = round(time.perf_counter() - started, 2)
    write_scores(evaluation, folder / SCORES)
    if is_baseline:
        cost = Cost(seconds, evaluation.trained_parameters or 0)
    else:
        provenance = read_provenance(model)
        cost = Cost(provenance["seconds"], provenance["parameters"]["trainable"])
    write_atomic(folder / COST, json.dumps(asdict(cost)) + "\n")
    if not (job.keep_model or is_baseline):
        shutil.rmtree(model)
