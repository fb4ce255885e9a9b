"""The training recipe: read it top to bottom, edit it, run it.

From the shards of a dataset folder and a recipe to a folder that `exhubert evaluate`,
`exhubert predict` and transformers read. What can be switched, and when to:

- *Freezing* (`model.freeze_originals`, `model.freeze_feature_encoder`): on when the base is
  pre-trained, as the paper does; off from random weights.
- *Precision* (`run.precision`): bf16 on GPUs that have it halves memory and time; fp32 elsewhere.
- *Gradient checkpointing* (`model.gradient_checkpointing`): when memory runs out; a third slower.
- *Accumulation* (`optimizer.accumulate`): larger batches than memory holds.
- *Mixture and class balance* (`sampling`): when corpora or classes differ much in size.
- *Best checkpoint*: with a validation split the one with the best UAR is kept, else the last.
- *Resuming*: checkpoints hold optimizer, schedule and random states; the plan of an epoch depends
  on seed and epoch only, so an interrupted run ends where an uninterrupted one does.
"""

import json
import os
import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
from rich.console import Console
from transformers import (
    EarlyStoppingCallback,
    PrinterCallback,
    TrainerCallback,
    Wav2Vec2FeatureExtractor,
)
from transformers.trainer_utils import get_last_checkpoint

from pipeline.errors import DataError, UsageError
from pipeline.schema import CLASSES, SAMPLE_RATE
from training.base import build_model, find_checkpoint
from training.data import Utterances, load_index, seconds_seen
from training.evaluate import (
    evaluation_batch_size,
    known_speakers,
    predict_rows,
    score_rows,
    scores_table,
)
from training.metrics import Scores
from training.modeling_exhubert import ExHubertForSequenceClassification
from training.progress import ConsoleProgress
from training.provenance import (
    count_parameters,
    describe_dataset,
    library_versions,
    model_card,
    scores_to_dict,
)
from training.recipe import Recipe, differences, load_recipe, write_recipe
from training.sampling import EpochBatches, FixedBatches, Mixture
from training.trained import PROVENANCE_FILE, RECIPE_FILE
from training.trainer import (
    ShardTrainer,
    balanced_weights,
    classification_loss,
    training_arguments,
    validation_uar,
)


@dataclass(frozen=True)
class TrainingResult:
    """What a run gave.

    Attributes:
        output: The folder with the model.
        validation: Scores on the validation split; ``None`` if it has no utterances.
        corpora: The same per corpus.
        seconds: How long training took, without building the model and the final scoring.
    """

    output: Path
    validation: Scores | None
    corpora: dict[str, Scores]
    seconds: float


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
        UsageError: The output holds a run and ``resume`` is not set, the recipe differs from the
            run to resume, or dataset or base cannot be found.
        DataError: The train split has no labelled utterances.
    """
    console = console or Console(quiet=True)
    dataset, output = Path(dataset), Path(output)

    # 1. Data: metadata of both splits; audio is read while training.
    data = recipe.data
    index = load_index(dataset, "train", data.corpora, data.exclude_corpora)
    validation = load_index(dataset, "validation", data.corpora, data.exclude_corpora)
    if index.empty:
        raise DataError(f"{dataset}: no labelled utterances in split 'train': nothing to learn")
    measured = not validation.empty
    if recipe.model.base:  # before anything is written: it may not be to be had
        console.print(f"Base: {recipe.model.base}, from disk, the cache or the hub …")
        find_checkpoint(recipe.model.base)
    checkpoint = prepare_output(output, recipe, resume)
    batches = EpochBatches(
        index,
        seconds_seen(index, data.window),
        Mixture(**recipe.sampling.model_dump()),
        recipe.optimizer.batch_size,
        recipe.run.seed,
    )

    # 2. Model.
    model = build_model(
        recipe.model.base,
        extended_layers=recipe.model.extended_layers,
        original_linear=recipe.model.original_linear,
        config=recipe.model.config,
        seed=recipe.run.seed,
    )
    if recipe.model.freeze_originals:
        model.freeze_original_layers()
    if recipe.model.freeze_feature_encoder:
        model.freeze_feature_encoder()
    if recipe.model.gradient_checkpointing:
        model.gradient_checkpointing_enable({"use_reentrant": False})
    console.print(_opening(recipe, model, index, validation, checkpoint), highlight=False)

    # 3. Trainer.
    weights = None
    if recipe.optimizer.class_weights == "balanced":
        weights = balanced_weights(index, len(CLASSES))
    trainer = ShardTrainer(
        model=model,
        args=training_arguments(recipe, output, len(batches), measured),
        train_dataset=Utterances(index, data.window, data.longest, data.speed, recipe.run.seed),
        eval_dataset=Utterances(validation, data.window, data.longest) if measured else None,
        batches=batches,
        validation_batches=FixedBatches(
            validation,
            seconds_seen(validation, data.longest),
            evaluation_batch_size(model, recipe.optimizer.batch_size),
        ),
        compute_loss_func=classification_loss(weights, recipe.optimizer.label_smoothing),
        compute_metrics=validation_uar,
        callbacks=[ConsoleProgress(console, measured), *callbacks],
    )
    trainer.remove_callback(PrinterCallback)
    if measured and recipe.run.patience is not None:
        trainer.add_callback(EarlyStoppingCallback(recipe.run.patience))

    # 4. Training.
    started = time.perf_counter()
    trainer.train(resume_from_checkpoint=checkpoint)
    seconds = time.perf_counter() - started

    # 5. Final scores of the state that is kept.
    overall: Scores | None = None
    corpora: dict[str, Scores] = {}
    if measured:
        probabilities = predict_rows(
            model, validation, data.longest, recipe.optimizer.batch_size, data.workers
        )
        overall, corpora = score_rows(validation, probabilities.argmax(axis=1), len(CLASSES))

    # 6. Everything the model needs, and everything that explains it.
    if trainer.is_world_process_zero():
        save_feature_extractor(output)
        model.save_pretrained(output)
        provenance = {
            "recipe": recipe.model_dump(mode="json"),
            "dataset": describe_dataset(dataset, index, validation),
            "training_speakers": sorted({s for s in known_speakers(index) if s is not None}),
            "parameters": count_parameters(model),
            "steps": trainer.state.global_step,
            "seconds": round(seconds, 1),
            "device": str(trainer.args.device),
            "versions": library_versions(),
            "validation": None if overall is None else scores_to_dict(overall, corpora),
            "history": trainer.state.log_history,
        }
        (output / "README.md").write_text(model_card(provenance), encoding="utf-8")
        _write_json(output / PROVENANCE_FILE, provenance)
        shutil.rmtree(output / "checkpoints", ignore_errors=True)
    if overall is not None:
        console.print(scores_table("validation split, in per cent", overall, corpora))
    return TrainingResult(output, overall, corpora, seconds)


def prepare_output(output: Path, recipe: Recipe, resume: bool) -> str | None:
    """Makes the output folder and finds the checkpoint to go on from, if there is one.

    Of several processes (torchrun) the first one checks and writes, for all of them.

    Raises:
        UsageError: The folder holds a run and ``resume`` is not set, the run is complete, or the
            recipe differs from the one the run was started with.
    """
    started_with, checkpoints = output / RECIPE_FILE, output / "checkpoints"
    last: str | None = get_last_checkpoint(str(checkpoints)) if checkpoints.is_dir() else None
    if int(os.environ.get("RANK", "0")) > 0:
        return last
    if started_with.exists() and not resume:
        raise UsageError(
            f"{output}: holds a training run already: add --resume to continue it, "
            "or choose another --output"
        )
    if started_with.exists():
        changed = differences(load_recipe(started_with), recipe)
        if changed:
            raise UsageError(
                f"{started_with}: the run to resume has other settings ({'; '.join(changed)}): "
                "use the same ones, or choose another --output"
            )
        return last
    output.mkdir(parents=True, exist_ok=True)
    write_recipe(recipe, started_with)
    return None


def is_complete(output: str | Path) -> bool:
    """Whether a training run in this folder went to its end."""
    return (Path(output) / PROVENANCE_FILE).is_file()


def save_feature_extractor(output: Path) -> None:
    """Writes what other programs need to prepare input for the model."""
    Wav2Vec2FeatureExtractor(
        sampling_rate=SAMPLE_RATE, do_normalize=True, return_attention_mask=True
    ).save_pretrained(output)


def _opening(
    recipe: Recipe,
    model: ExHubertForSequenceClassification,
    index: pd.DataFrame,
    validation: pd.DataFrame,
    checkpoint: str | None,
) -> str:
    """What is about to happen, in two lines."""
    parameters = count_parameters(model)
    hours = index["duration"].sum() / 3600
    what = (
        f"{recipe.name}: {parameters['total'] / 1e6:.1f} M parameters, "
        f"{parameters['trainable'] / 1e6:.1f} M trained, "
        f"{'from ' + recipe.model.base if recipe.model.base else 'from random weights'}\n"
        f"{len(index)} training utterances ({hours:.2f} h, {index['corpus'].nunique()} corpora), "
        f"{len(validation)} for validation"
    )
    return what + (f"\nresuming from {Path(checkpoint).name}" if checkpoint else "")


def _write_json(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
