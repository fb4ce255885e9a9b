"""What the Hugging Face hub reads of a model card: the YAML at its head.

https://github.com/huggingface/hub-docs/blob/main/modelcard.md
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from huggingface_hub import EvalResult, ModelCardData

from training.finetuning.model_licence import model_licence

_METRICS = {
    "uar": ("recall", "UAR (unweighted average recall)", {"average": "macro"}),
    "wa": ("accuracy", "WA (accuracy)", None),
    "macro_f1": ("f1", "macro-F1", {"average": "macro"}),
}
"""Score → the hub's name of the metric, ours, and how it is computed."""


def card_metadata(provenance: Mapping[str, Any]) -> ModelCardData:
    """Licence, languages, corpora and results of a trained model.

    Args:
        provenance: As the model is saved with it.
    """
    dataset, recipe = provenance["dataset"], provenance["recipe"]
    base = recipe["model"]["base"]
    licence = model_licence(all_licences(provenance))
    results = list(_results(provenance))
    return ModelCardData(
        library_name="transformers",
        pipeline_tag="audio-classification",
        tags=["exhubert", "speech-emotion-recognition"],
        language=dataset["languages"] or None,
        license=licence or "other",
        license_name=None if licence else "see-the-section-licence",
        base_model=None if base is None or _is_local(base) else base,
        datasets=list(dataset["corpora"]),
        metrics=list(dict.fromkeys(result.metric_type for result in results)) or None,
        model_name=recipe["name"],
        eval_results=results or None,
    )


def all_licences(provenance: Mapping[str, Any]) -> list[str]:
    """Licences of the base, if there is one, and of every corpus."""
    base = provenance["base_licence"]
    corpora = provenance["dataset"]["licences"].values()
    return [*([base] if base else []), *(name for names in corpora for name in names)]


def _results(provenance: Mapping[str, Any]) -> Iterator[EvalResult]:
    """Scores of every corpus, and of all where there are several; in per cent."""
    validation, dataset = provenance["validation"], provenance["dataset"]
    if validation is None:
        return
    rows = dict(validation["corpora"])
    if len(rows) > 1:
        rows["all corpora"] = validation["overall"]
    for corpus, scores in rows.items():
        for score, (metric, name, arguments) in _METRICS.items():
            yield EvalResult(
                task_type="audio-classification",
                task_name="Speech emotion recognition",
                dataset_type=corpus if corpus in validation["corpora"] else dataset["name"],
                dataset_name=f"{corpus} of {dataset['name']}, {scores['utterances']} utterances",
                dataset_split="validation",
                dataset_revision=dataset["manifest_sha256"],
                metric_type=metric,
                metric_name=name,
                metric_value=round(100 * scores[score], 2),
                metric_args=arguments,
            )


def _is_local(base: str) -> bool:
    """Whether a base is a folder here, of which the hub knows nothing."""
    return Path(base).expanduser().exists()
