"""The training recipe: read it top to bottom, edit it, run it.

From the shards of a dataset folder and a recipe to a folder that `exhubert evaluate`,
`exhubert predict` and transformers read. What can be switched, and when to:

- *Freezing* (`model.freeze_originals`, `model.freeze_feature_encoder`): on when the base is
  pre-trained, as the paper does; off from random weights.
- *Precision* (`run.precision`): bf16 on GPUs that have it halves memory and time; fp32 elsewhere.
- *Gradient checkpointing* (`model.gradient_checkpointing`): when memory runs out; a third slower.
- *Accumulation* (`optimizer.accumulate`): larger batches than memory holds.
- *Mixture and class balance* (`sampling`): when corpora or classes differ much in size.
- *Best checkpoint*: with a validation split the one with the best UAR is kept (of ratings alone:
  with the best mean CCC), else the last.
- *Heads and losses* (`heads`, `loss`): emotion categories and ratings beside the six classes;
  logit adjustment or class weights where classes are rare.
- *Several GPUs*: `torchrun`, one process each; they share an epoch's batches, so that the run is
  that of one process with as many times the accumulation.
- *Resuming*: checkpoints hold optimizer, schedule and random states; the plan of an epoch depends
  on seed and epoch only, so an interrupted run ends where an uninterrupted one does.
"""

import json
import math
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from transformers import (
    PrinterCallback,
    TrainerCallback,
)

from pipeline.common.count import count
from pipeline.storage.files import write_atomic
from training.config.processes import rank_and_world
from training.config.recipe import Recipe
from training.config.run_files import PROVENANCE_FILE
from training.data.dataset import Utterances
from training.data.dataset_files import identity
from training.data.manifest import manifest_checksum
from training.data.targets import UNLABELLED
from training.finetuning.callbacks import (
    Checkpoints,
    DivergenceGuard,
    ElapsedTime,
    Patience,
    SaveByTime,
)
from training.finetuning.label_counts import LabelCounts
from training.finetuning.model_card import (
    count_parameters,
    describe_dataset,
    library_versions,
    model_card,
    scores_to_dict,
)
from training.finetuning.objective import build_objective
from training.finetuning.progress_callback import ConsoleProgress
from training.finetuning.run_folder import (
    CHECKPOINTS,
    RunIdentity,
    create_run_folder,
    find_resume_checkpoint,
)
from training.finetuning.run_plan import Plan, plan_run
from training.finetuning.trainer import ShardTrainer
from training.finetuning.training_arguments import (
    has_unused_parameters,
    prepare_steps,
    tensorboard,
    training_arguments,
)
from training.inference.batch import predict_together
from training.inference.load_model import provenance_of_base
from training.metrics.head_scores import HeadScores, score_heads
from training.metrics.scores import Scores, uar_of
from training.metrics.scores_by_corpus import score_rows
from training.model.base_card import licence_of_base
from training.model.build import build_model, freeze, save_model
from training.model.modeling_exhubert import ExtendedClassifier
from training.model.outputs import Predictions
from training.model.provenance import TrainingSpeakers


@dataclass(frozen=True)
class TrainingResult:
    """What a run gave.

    Attributes:
        output: The folder with the model.
        validation: Scores on the validation split; ``None`` if it has no classes.
        corpora: The same per corpus.
        seconds: How long training took, without building the model and the final scoring; in a
            resumed run with the time that led to the checkpoint it was resumed from.
        heads: Validation scores of further heads; ``None`` where there are none.
    """

    output: Path
    validation: Scores | None
    corpora: dict[str, Scores]
    seconds: float
    heads: HeadScores | None = None


def train(
    recipe: Recipe,
    dataset: str | Path,
    output: str | Path,
    resume: bool = False,
    console: Console | None = None,
    callbacks: Sequence[TrainerCallback] = (),
) -> TrainingResult:
    """Trains a model on the train split of a dataset and saves it with all that explains it.

    Args:
        recipe: Every setting.
        dataset: Dataset folder, as `exhubert build` writes it.
        output: Folder for the model; checkpoints lie in it until training ends.
        resume: Continue from the last checkpoint in ``output`` instead of starting anew.
        console: Where progress goes; ``None`` for silence.
        callbacks: Further callbacks of the Trainer.

    Raises:
        UsageError: The output holds a complete run, or an unfinished one and ``resume`` is not
            set; recipe, dataset or number of processes differ from those of the run to resume;
            dataset or base cannot be found, settings do not fit the model, or the output cannot
            be written to.
        DataError: The train split has no labelled utterances, or the loss is no number any more.
    """
    rank, world = rank_and_world()
    console = console if console and rank == 0 else Console(quiet=True)
    output = Path(output)

    # 1. Data: metadata of both splits; audio is read while training.
    plan = plan_run(recipe, dataset)
    data, index = recipe.data, plan.index
    validation = plan.validation if plan.chosen_by else plan.validation.iloc[:0]
    batches = plan.batches(rank, world)
    # Now, for the dataset may be relabelled while the run goes on.
    described = describe_dataset(dataset, index, validation, protocol=data.protocol)
    identified = identity(dataset, data.protocol)
    run = RunIdentity(recipe, identified, world, manifest_checksum(dataset))
    checkpoint = find_resume_checkpoint(output, run, resume)

    # 2. Model.
    if recipe.model.base:
        console.print(f"Base: {recipe.model.base}, from disk, the cache or the hub …")
    model = build_model(
        recipe.model.base,
        classes=plan.classes,
        heads=plan.heads,
        extended_layers=recipe.model.extended_layers,
        original_linear=recipe.model.original_linear,
        config=recipe.model.config,
        seed=recipe.run.seed,
    )
    base_said = provenance_of_base(recipe.model.base)
    base_licence = licence_of_base(recipe.model.base)
    freeze(model, recipe.model)
    prepare_steps(model, recipe)
    console.print(_opening(plan, model, checkpoint), highlight=False)

    # 3. Trainer. Of the state at hand it measures all heads; the UAR of the six classes decides.
    labelled = np.flatnonzero(validation["label"] != UNLABELLED)
    reference = validation["label"].to_numpy()[labelled]

    def predict() -> Predictions:
        return predict_together(
            model,
            validation,
            data.longest,
            recipe.optimizer.batch_size,
            data.workers,
            data.cache,
        )

    def evaluate_validation() -> dict[str, float]:
        predictions = predict()
        heads = score_heads(validation, predictions, plan.heads)
        figures = heads.figures()
        if plan.chosen_by == "uar":
            uar = uar_of(reference, predictions.classes[labelled].argmax(axis=1))
            return {"uar": uar, **figures}
        return figures if heads.ccc is None else {"ccc": heads.ccc, **figures}

    arguments = training_arguments(
        recipe, output, len(batches), plan.chosen_by, has_unused_parameters(model.config)
    )
    if checkpoint is None:  # nothing is written before all that may be refused
        create_run_folder(output, run)
    elapsed, progress = ElapsedTime(), ConsoleProgress(console, plan.chosen_by is not None, world)
    callbacks = [
        Checkpoints(recipe.run.keep_checkpoints),
        SaveByTime(recipe.run.save_minutes),
        elapsed,
        DivergenceGuard(recipe.optimizer.learning_rate),
        progress,
        *callbacks,
    ]
    if "tensorboard" in recipe.run.report_to and rank == 0:
        callbacks.append(tensorboard(output))
    if plan.chosen_by and recipe.run.patience is not None:
        callbacks.append(Patience(recipe.run.patience))
    trainer = ShardTrainer(
        model=model,
        args=arguments,
        train_dataset=Utterances(
            index, data.window, data.longest, data.speed, recipe.run.seed, plan.heads, data.cache
        ),
        eval_dataset=validation,
        recipe=recipe,
        batches=batches,
        label_counts=LabelCounts(batches, plan.heads.targets(index), recipe.optimizer.accumulate),
        objective=build_objective(plan),
        evaluate_validation=evaluate_validation,
        on_batch=progress.on_batch,
        callbacks=callbacks,
    )
    trainer.remove_callback(PrinterCallback)

    # 4. Training.
    try:
        trainer.train(resume_from_checkpoint=checkpoint)
    finally:
        progress.close()
    seconds = elapsed.seconds

    # 5. Final scores of the state that is kept, in full precision, as `exhubert evaluate` has them.
    trainer.accelerator.unwrap_model(model, keep_fp32_wrapper=False)
    overall: Scores | None = None
    corpora: dict[str, Scores] = {}
    heads: HeadScores | None = None
    if plan.chosen_by:
        predictions = predict()
        if plan.chosen_by == "uar":
            overall, corpora = score_rows(
                validation.iloc[labelled],
                predictions.classes[labelled].argmax(axis=1),
                len(plan.classes),
            )
        if plan.heads.columns:
            heads = score_heads(validation, predictions, plan.heads)

    # 6. Everything the model needs, and everything that explains it.
    if trainer.is_world_process_zero():
        save_model(model, output)
        provenance = {
            "recipe": recipe.model_dump(mode="json"),
            "dataset": described,
            **TrainingSpeakers.of_rows(index).to_provenance(),
            "base": base_said,
            "base_licence": base_licence,
            "labels": list(plan.classes),
            "heads": asdict(plan.heads),
            "parameters": count_parameters(model),
            "steps": trainer.state.global_step,
            "seconds": round(seconds, 1),
            "device": str(trainer.args.device),
            "processes": world,
            "versions": library_versions(),
            "validation": scores_to_dict(overall, corpora, heads) if plan.chosen_by else None,
            "history": trainer.state.log_history,
        }
        (output / "README.md").write_text(model_card(provenance), encoding="utf-8")
        _write_json(output / PROVENANCE_FILE, provenance)
        shutil.rmtree(output / CHECKPOINTS, ignore_errors=True)
    return TrainingResult(output, overall, corpora, seconds, heads)


def _opening(plan: Plan, model: ExtendedClassifier, checkpoint: str | None) -> str:
    """What is about to happen, in two lines."""
    recipe, index = plan.recipe, plan.index
    parameters = count_parameters(model)
    hours = index["duration"].sum() / 3600
    what = (
        f"{recipe.name}: {parameters['total'] / 1e6:.1f} M parameters, "
        f"{parameters['trainable'] / 1e6:.1f} M trained, "
        f"{'from ' + recipe.model.base if recipe.model.base else 'from random weights'}\n"
        f"{count(len(index), 'training utterance')} ({hours:.2f} h, "
        f"{count(index['corpus'].nunique(), 'corpus', 'corpora')}), "
        f"{len(plan.validation)} for validation"
    )
    if plan.heads.columns:
        kinds = [f"{len(plan.classes)} classes"] * bool(plan.classes)
        kinds += [count(len(plan.heads.emotions), "emotion")] * bool(plan.heads.emotions)
        what += f"\nheads: {', '.join([*kinds, *plan.heads.dimensions])}"
    if plan.voted is not None:
        what += f"\nsoft labels: {plan.voted} of {count(len(index), 'utterance')} have votes"
    for missing in plan.missing_heads:
        what += f"\nno head for {missing}, which the recipe asks for: no training utterance has any"
    return what + (f"\nresuming from {Path(checkpoint).name}" if checkpoint else "")


def _write_json(path: Path, value: Any) -> None:
    text = json.dumps(_finite(value), indent=2, ensure_ascii=False, allow_nan=False)
    write_atomic(path, text + "\n")


def _finite(value: Any) -> Any:
    """The value as JSON can hold it: fp16 logs infinite norms of gradients that it leaves out."""
    if isinstance(value, dict):
        return {key: _finite(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(inner) for inner in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
