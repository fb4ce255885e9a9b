"""The training loop against a bare forward pass, backward pass and optimiser step.

    export OMP_WAIT_POLICY=PASSIVE   # as the command line: PyTorch's threads do not spin
    python benchmarks/train_loop.py

Both train the same mid-size model on the same batches of 8 clips of 3 s, which are ready: what is
compared is what the Trainer and our part of it (losses, callbacks) add. They
take turns, round after round, and the median of the rounds' ratios is printed.
"""

import argparse
import os
import platform
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import torch
import transformers
from rich.console import Console
from rich.table import Table
from torch import Tensor
from torch.utils.data import DataLoader
from transformers import PrinterCallback

from exhubert import ExHubertConfig, ExHubertForSequenceClassification
from training.config.recipe import load_recipe
from training.data.targets import count_labelled
from training.finetuning.progress_callback import ConsoleProgress
from training.finetuning.trainer import ShardTrainer
from training.finetuning.training_arguments import training_arguments
from training.model.losses import plain_objective

MID = {
    "hidden_size": 256, "num_hidden_layers": 4, "num_attention_heads": 4, "intermediate_size": 1024,
    "conv_dim": (128,) * 7, "feat_extract_norm": "layer", "conv_bias": True,
    "do_stable_layer_norm": True, "mask_time_prob": 0.05,
}  # fmt: skip


class ReadyTrainer(ShardTrainer):
    """Our Trainer on batches that are ready."""

    ready: list[dict[str, Tensor]]

    def get_train_dataloader(self) -> DataLoader[Any]:
        """The batches as they are."""
        return DataLoader(self.ready, batch_size=None)  # type: ignore[arg-type]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=8, help="steps a round")
    parser.add_argument("--rounds", type=int, default=5)
    args = parser.parse_args()
    torch.manual_seed(0)
    ready = [make_batch(8, 3 * 16_000) for _ in range(args.steps)]
    bare_model, loop_model = make_model(), make_model()
    optimizer = torch.optim.AdamW((w for w in bare_model.parameters() if w.requires_grad), lr=1e-5)
    times: dict[str, list[float]] = {"bare": [], "loop": []}
    with tempfile.TemporaryDirectory(prefix="exhubert-loop-") as folder:
        train_bare(bare_model, optimizer, ready[:1])  # warms up
        for _ in range(args.rounds):
            times["bare"].append(train_bare(bare_model, optimizer, ready))
            times["loop"].append(train_loop(loop_model, ready, Path(folder)))
    print_times(times, len(ready) * 8)


def make_batch(clips: int, samples: int) -> dict[str, Tensor]:
    return {
        "input_values": torch.randn(clips, samples),
        "attention_mask": torch.ones(clips, samples, dtype=torch.bool),
        "labels": torch.randint(0, 6, (clips,)),
    }


def make_model() -> ExHubertForSequenceClassification:
    model = ExHubertForSequenceClassification(ExHubertConfig(**MID)).train()
    model.freeze_original_layers()
    model.freeze_feature_encoder()
    return model


def train_bare(
    model: ExHubertForSequenceClassification,
    optimizer: torch.optim.Optimizer,
    ready: list[dict[str, Tensor]],
) -> float:
    """Seconds of a round of plain PyTorch, the gradient's norm clipped as ours is."""
    started = time.perf_counter()
    for batch in ready:
        model(**batch).loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
    return time.perf_counter() - started


def train_loop(
    model: ExHubertForSequenceClassification, ready: list[dict[str, Tensor]], folder: Path
) -> float:
    """Seconds of a round of our loop, from its first step to its last."""
    recipe = load_recipe("exhubert_large", ["optimizer.epochs=1", "run.precision=fp32"])
    arguments = training_arguments(recipe, folder, len(ready), chosen_by=None)
    arguments.save_strategy = "no"  # type: ignore[assignment]
    clock = ConsoleProgress(Console(quiet=True), has_validation=False)
    trainer = ReadyTrainer(
        model=model,
        args=arguments,
        train_dataset=ready,
        recipe=recipe,
        batches=ready,  # type: ignore[arg-type]
        label_counts=lambda step: count_labelled({"labels": ready[step]["labels"]}),
        objective=plain_objective(model.config),
        evaluate_validation=dict,
        callbacks=[clock],
    )
    trainer.ready = ready
    trainer.remove_callback(PrinterCallback)
    started = time.perf_counter()
    trainer.train()
    return time.perf_counter() - started


def print_times(times: dict[str, list[float]], clips: int) -> None:
    machine = f"{os.cpu_count()} cores, Python {platform.python_version()}"
    versions = f"PyTorch {torch.__version__}, transformers {transformers.__version__}"
    table = Table(title=f"{clips} clips of 3 s a round; {machine}, {versions}")
    for heading in ("side", "clips/s", "÷ bare, median", "of the rounds"):
        table.add_column(heading, justify="left" if heading == "side" else "right")
    for name, seconds in times.items():
        ratios = [bare / own for bare, own in zip(times["bare"], seconds, strict=True)]
        table.add_row(
            name,
            f"{clips / statistics.median(seconds):.1f}",
            f"{statistics.median(ratios):.1%}",
            f"{min(ratios):.1%}–{max(ratios):.1%}",
        )
    Console(width=100).print(table)


if __name__ == "__main__":
    main()
