"""What a run started from and what it gave: the provenance that is stored with its model."""

import json
import math
import platform
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import pandas as pd
from transformers import PreTrainedModel

from pipeline.storage.files import write_atomic
from training.config.processes import rank_and_world
from training.data.dataset_files import absolute, path_of
from training.data.manifest import content_checksum, manifest_checksum
from training.data.terms import redistribution
from training.finetuning.run_plan import Plan
from training.finetuning.trainer import ShardTrainer
from training.finetuning.validation import ValidationScores
from training.inference.load_model import provenance_of_base
from training.model.base_card import licence_of_base
from training.model.provenance import TrainingSpeakers

LIBRARIES = (
    *("exhubert", "torch", "transformers", "accelerate", "numpy", "pyarrow", "soundfile"),
    *("soxr", "scikit-learn"),
)


@dataclass(frozen=True)
class Sources:
    """What a run starts from, as it is then: a dataset may be relabelled while the run goes on.

    Attributes:
        dataset: Checksums and counts of what is read of it.
        base: Provenance of the base; None for random weights and for one that saw no labels.
        base_licence: None for random weights.
    """

    dataset: dict[str, Any]
    base: dict[str, Any] | None
    base_licence: str | None


def describe_sources(plan: Plan, dataset: str | Path) -> Sources:
    """Describes the dataset and the base of a run.

    Raises:
        UsageError: There is no such base, or the hub does not say what it was trained on.
    """
    base, protocol = plan.recipe.model.base, plan.recipe.data.protocol
    return Sources(
        dataset=describe_dataset(dataset, plan.index, plan.measured, protocol=protocol),
        base=provenance_of_base(base),
        base_licence=licence_of_base(base),
    )


def run_provenance(
    plan: Plan,
    sources: Sources,
    trainer: ShardTrainer,
    seconds: float,
    scores: ValidationScores | None,
) -> dict[str, Any]:
    """The provenance of a run that went to its end.

    Args:
        plan: What it learnt from, and how.
        sources: Dataset and base, as they were when it started.
        trainer: With the model as it is kept.
        seconds: Of training.
        scores: Of the model as it is kept; None where nothing was measured.
    """
    return {
        "recipe": plan.recipe.model_dump(mode="json"),
        "dataset": sources.dataset,
        **TrainingSpeakers.of_rows(plan.index).to_provenance(),
        "base": sources.base,
        "base_licence": sources.base_licence,
        "labels": list(plan.classes),
        "heads": asdict(plan.heads),
        "parameters": count_parameters(trainer.model),
        "steps": trainer.state.global_step,
        "seconds": round(seconds, 3),  # as in its history
        "device": str(trainer.args.device),
        "processes": rank_and_world()[1],
        "versions": library_versions(),
        "validation": scores and scores.to_dict(),
        "history": trainer.state.log_history,
    }


def write_provenance(provenance: dict[str, Any], path: Path) -> None:
    """Writes a provenance as JSON."""
    text = json.dumps(_finite(provenance), indent=2, ensure_ascii=False, allow_nan=False)
    write_atomic(path, text + "\n")


def describe_dataset(
    dataset: str | Path, *indexes: pd.DataFrame, protocol: str | None = None
) -> dict[str, Any]:
    """Which data a run read: checksums, and utterances per corpus and split.

    Args:
        dataset: Folder or URL.
        *indexes: Rows that were read.
        protocol: That the run's fold is of.
    """
    rows = pd.concat(indexes)
    corpora = {
        str(corpus): {str(split): int(n) for split, n in part.value_counts(sort=False).items()}
        for corpus, part in rows.groupby("corpus", sort=True)["split"]
    }
    allowed = redistribution(dataset)
    licences = rows.groupby("corpus", sort=True)["licence"].agg(lambda part: sorted(set(part)))
    return {
        "name": path_of(absolute(str(dataset))).name,
        "manifest_sha256": manifest_checksum(dataset),
        "content_sha256": content_checksum(dataset, protocol),
        "utterances": {str(s): int(n) for s, n in rows.groupby("split", sort=True).size().items()},
        "corpora": corpora,
        "licences": {str(corpus): names for corpus, names in licences.items()},
        "redistribute": {corpus: allowed.get(corpus) for corpus in corpora},
        "languages": languages(rows),
    }


def languages(index: pd.DataFrame) -> list[str]:
    """Languages that are spoken, without their regions, as in ``en``."""
    return sorted({code.partition("-")[0] for code in index["language"].dropna()})


def count_parameters(model: PreTrainedModel) -> dict[str, int]:
    """Parameters in all, and those that are trained."""
    parameters = list(model.parameters())
    return {
        "total": sum(parameter.numel() for parameter in parameters),
        "trainable": sum(parameter.numel() for parameter in parameters if parameter.requires_grad),
    }


def library_versions() -> dict[str, str]:
    """Versions of Python and of the libraries that shape a result."""
    versions = {"python": platform.python_version()}
    for library in LIBRARIES:
        try:
            versions[library] = version(library)
        except PackageNotFoundError:
            versions[library] = "not installed"
    return versions


def _finite(value: Any) -> Any:
    """The value as JSON can hold it: fp16 logs infinite norms of gradients that it leaves out."""
    if isinstance(value, dict):
        return {key: _finite(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(inner) for inner in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
