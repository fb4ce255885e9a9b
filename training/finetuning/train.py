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

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from torch import Tensor
from transformers import PrinterCallback, TrainerCallback, TrainingArguments

from pipeline.common.count import count
from training.config.processes import rank_and_world
from training.config.recipe import Recipe
from training.config.run_files import PROVENANCE_FILE
from training.data.dataset import Utterances
from training.data.dataset_files import identity
from training.data.manifest import earlier_checksums
from training.data.sampling import EpochBatches
from training.finetuning.callbacks import (
    Checkpoints,
    DivergenceGuard,
    ElapsedTime,
    Patience,
    SaveByTime,
)
from training.finetuning.label_counts import LabelCounts
from training.finetuning.model_card import model_card
from training.finetuning.objective import build_objective
from training.finetuning.progress_callback import ConsoleProgress
from training.finetuning.run_folder import (
    CHECKPOINTS,
    RunIdentity,
    create_run_folder,
    find_resume_checkpoint,
)
from training.finetuning.run_plan import Plan, plan_run
from training.finetuning.run_provenance import (
    count_parameters,
    describe_sources,
    run_provenance,
    write_provenance,
)
from training.finetuning.trainer import ShardTrainer
from training.finetuning.training_arguments import (
    has_unused_parameters,
    prepare_steps,
    tensorboard,
    training_arguments,
)
from training.finetuning.validation import Validation, ValidationScores
from training.metrics.head_scores import HeadScores
from training.metrics.scores import Scores
from training.model.build import build_model, freeze, save_model
from training.model.modeling_exhubert import ExtendedClassifier


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
    batches = plan.batches(rank, world)
    sources = describe_sources(plan, dataset)
    protocol = recipe.data.protocol
    earlier = earlier_checksums(dataset, protocol)
    run = RunIdentity(recipe, identity(dataset, protocol), world, earlier)
    checkpoint = find_resume_checkpoint(output, run, resume)

    # 2. Model.
    if recipe.model.base:
        console.print(f"Base: {recipe.model.base}, from disk, the cache or the hub …")
    model = make_model(plan)
    console.print(_opening(plan, model, checkpoint), highlight=False)

    # 3. Trainer. Nothing is written before all that may be refused.
    arguments = training_arguments(
        recipe, output, len(batches), plan.chosen_by, has_unused_parameters(model.config)
    )
    if checkpoint is None:
        create_run_folder(output, run)
    validation = Validation(plan, model)
    elapsed, progress = ElapsedTime(), ConsoleProgress(console, plan.chosen_by is not None, world)
    callbacks = [*run_callbacks(plan, output), elapsed, progress, *callbacks]
    trainer = make_trainer(plan, validation, arguments, batches, callbacks, progress.on_batch)

    # 4. Training.
    try:
        trainer.train(resume_from_checkpoint=checkpoint)
    finally:
        progress.close()
    seconds = elapsed.seconds

    # 5. Final scores of the state that is kept, in full precision, as `exhubert evaluate` has them.
    trainer.accelerator.unwrap_model(model, keep_fp32_wrapper=False)
    scores = validation.scores()

    # 6. Everything the model needs, and everything that explains it.
    if trainer.is_world_process_zero():
        save_model(model, output)
        provenance = run_provenance(plan, sources, trainer, seconds, scores)
        (output / "README.md").write_text(model_card(provenance), encoding="utf-8")
        write_provenance(provenance, output / PROVENANCE_FILE)
        shutil.rmtree(output / CHECKPOINTS, ignore_errors=True)
    found = scores or ValidationScores()
    return TrainingResult(output, found.overall, found.corpora, seconds, found.heads)


def make_model(plan: Plan) -> ExtendedClassifier:
    """The model that a run starts with: extended, frozen and prepared as the recipe says.

    Raises:
        UsageError: There is no such base, or settings do not fit it.
    """
    section = plan.recipe.model
    model = build_model(
        section.base,
        classes=plan.classes,
        heads=plan.heads,
        extended_layers=section.extended_layers,
        original_linear=section.original_linear,
        config=section.config,
        seed=plan.recipe.run.seed,
    )
    freeze(model, section)
    prepare_steps(model, plan.recipe)
    return model


def run_callbacks(plan: Plan, output: Path) -> list[TrainerCallback]:
    """What goes on beside the steps of a run: checkpoints, watching the loss, stopping, curves."""
    run = plan.recipe.run
    callbacks: list[TrainerCallback] = [
        Checkpoints(run.keep_checkpoints),
        SaveByTime(run.save_minutes),
        DivergenceGuard(plan.recipe.optimizer.learning_rate),
    ]
    if "tensorboard" in run.report_to and rank_and_world()[0] == 0:
        callbacks.append(tensorboard(output))
    if plan.chosen_by and run.patience is not None:
        callbacks.append(Patience(run.patience))
    return callbacks


def make_trainer(
    plan: Plan,
    validation: Validation,
    arguments: TrainingArguments,
    batches: EpochBatches,
    callbacks: Sequence[TrainerCallback],
    on_batch: Callable[[Tensor, int], object],
) -> ShardTrainer:
    """The Trainer of a run.

    Args:
        plan: What is learnt, and how.
        validation: With the model; it measures it.
        arguments: The recipe in the Trainer's words.
        batches: Of this process.
        callbacks: All of them.
        on_batch: Called with the loss of each training batch, and its clips.
    """
    recipe, data, index = plan.recipe, plan.recipe.data, plan.index
    trainer = ShardTrainer(
        model=validation.model,
        args=arguments,
        train_dataset=Utterances(
            index, data.window, data.longest, data.speed, recipe.run.seed, plan.heads, data.cache
        ),
        eval_dataset=validation.rows,
        recipe=recipe,
        batches=batches,
        label_counts=LabelCounts(batches, plan.heads.targets(index), recipe.optimizer.accumulate),
        objective=build_objective(plan),
        evaluate_validation=validation.figures,
        on_batch=on_batch,
        callbacks=list(callbacks),
    )
    trainer.remove_callback(PrinterCallback)
    return trainer


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
