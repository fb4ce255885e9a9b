"""exhubert: speech-emotion corpora in, one clean dataset out, ExHuBERT trained on it.

Everything that a program needs is imported from here, and loaded when it is first used::

    from exhubert import Classifier

    print(Classifier.from_pretrained("model").predict("recording.wav").label)
"""

from importlib import import_module

TYPE_CHECKING = False  # not typing's, which a file of the current folder might hide

if TYPE_CHECKING:
    from pipeline.audio.options import AudioOptions
    from pipeline.checks.corpus_check import CorpusCheck, check_corpus
    from pipeline.common.errors import DataError, ExhubertError, StoppedError, UsageError
    from pipeline.common.release import Release
    from pipeline.dataset.manifest import Manifest, require_manifest
    from pipeline.dataset.relabel import relabel_dataset
    from pipeline.planning.build_config import BuildConfig, Corpus
    from pipeline.planning.index_corpus import IndexedCorpus, index_corpus
    from pipeline.running.build import build_dataset
    from pipeline.schema.record import CLASSES, SAMPLE_RATE, SPLITS
    from pipeline.specs.corpus_spec import CorpusSpec
    from pipeline.specs.emotion_scheme import EmotionScheme, emotion_scheme
    from pipeline.specs.loader import load_spec, load_specs
    from pipeline.specs.yaml_reader import SpecError
    from pipeline.splits.protocols.protocol import Protocol
    from pipeline.storage.options import StoreOptions
    from pipeline.storage.registry import configure_stores
    from training.config.recipe import Recipe, load_recipe
    from training.data.index import load_index
    from training.data.protocols import FoldChoice, read_protocol
    from training.data.row_choice import RowChoice
    from training.evaluation.baselines.run import Baseline, run_baseline
    from training.evaluation.compare import Comparison, compare
    from training.evaluation.evaluate import evaluate
    from training.evaluation.ratings import RatingEvaluation, evaluate_ratings
    from training.evaluation.score_file import Evaluation, read_scores, write_scores
    from training.finetuning.train import TrainingResult, train
    from training.inference.classifier import Classifier
    from training.inference.load_model import LoadedModel, load_model
    from training.inference.onnx_export import Exported, export_onnx
    from training.inference.results import Prediction, PredictionFailure
    from training.model.backbones import (
        ExHubertConfig,
        ExHubertForSequenceClassification,
        ExHubertModel,
        extend,
    )
    from training.model.convert_published import convert
    from training.model.modeling_exhubert import ExtendedBackbone

__all__ = [
    "CLASSES",
    "SAMPLE_RATE",
    "SPLITS",
    "AudioOptions",
    "Baseline",
    "BuildConfig",
    "Classifier",
    "Comparison",
    "Corpus",
    "CorpusCheck",
    "CorpusSpec",
    "DataError",
    "EmotionScheme",
    "Evaluation",
    "ExHubertConfig",
    "ExHubertForSequenceClassification",
    "ExHubertModel",
    "ExhubertError",
    "Exported",
    "ExtendedBackbone",
    "FoldChoice",
    "IndexedCorpus",
    "LoadedModel",
    "Manifest",
    "Prediction",
    "PredictionFailure",
    "Protocol",
    "RatingEvaluation",
    "Recipe",
    "Release",
    "RowChoice",
    "SpecError",
    "StoppedError",
    "StoreOptions",
    "TrainingResult",
    "UsageError",
    "build_dataset",
    "check_corpus",
    "compare",
    "configure_stores",
    "convert",
    "emotion_scheme",
    "evaluate",
    "evaluate_ratings",
    "export_onnx",
    "extend",
    "index_corpus",
    "load_index",
    "load_model",
    "load_recipe",
    "load_spec",
    "load_specs",
    "read_protocol",
    "read_scores",
    "relabel_dataset",
    "require_manifest",
    "run_baseline",
    "train",
    "write_scores",
]

_MODULES = {
    "pipeline.audio.options": ("AudioOptions",),
    "pipeline.checks.corpus_check": ("CorpusCheck", "check_corpus"),
    "pipeline.common.release": ("Release",),
    "pipeline.common.errors": ("DataError", "ExhubertError", "StoppedError", "UsageError"),
    "pipeline.dataset.manifest": ("Manifest", "require_manifest"),
    "pipeline.dataset.relabel": ("relabel_dataset",),
    "pipeline.planning.build_config": ("BuildConfig", "Corpus"),
    "pipeline.planning.index_corpus": ("IndexedCorpus", "index_corpus"),
    "pipeline.running.build": ("build_dataset",),
    "pipeline.schema.record": ("CLASSES", "SAMPLE_RATE", "SPLITS"),
    "pipeline.specs.corpus_spec": ("CorpusSpec",),
    "pipeline.specs.emotion_scheme": ("EmotionScheme", "emotion_scheme"),
    "pipeline.specs.loader": ("load_spec", "load_specs"),
    "pipeline.specs.yaml_reader": ("SpecError",),
    "pipeline.splits.protocols.protocol": ("Protocol",),
    "pipeline.storage.options": ("StoreOptions",),
    "pipeline.storage.registry": ("configure_stores",),
    "training.config.recipe": ("Recipe", "load_recipe"),
    "training.data.index": ("load_index",),
    "training.data.protocols": ("FoldChoice", "read_protocol"),
    "training.data.row_choice": ("RowChoice",),
    "training.evaluation.baselines.run": ("Baseline", "run_baseline"),
    "training.evaluation.compare": ("Comparison", "compare"),
    "training.evaluation.evaluate": ("evaluate",),
    "training.evaluation.ratings": ("RatingEvaluation", "evaluate_ratings"),
    "training.evaluation.score_file": ("Evaluation", "read_scores", "write_scores"),
    "training.finetuning.train": ("TrainingResult", "train"),
    "training.inference.classifier": ("Classifier",),
    "training.inference.load_model": ("LoadedModel", "load_model"),
    "training.inference.onnx_export": ("Exported", "export_onnx"),
    "training.inference.results": ("Prediction", "PredictionFailure"),
    # Registers the models with transformers' Auto classes.
    "training.model.backbones": (
        "ExHubertConfig",
        "ExHubertForSequenceClassification",
        "ExHubertModel",
        "extend",
    ),
    "training.model.convert_published": ("convert",),
    "training.model.modeling_exhubert": ("ExtendedBackbone",),
}
_MODULE_OF = {name: module for module, names in _MODULES.items() for name in names}


def __getattr__(name: str) -> object:
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from exhubert.shadowing_packages import check_packages

    check_packages()
    from pipeline.common.extras import missing_package

    try:
        value = getattr(import_module(_MODULE_OF[name]), name)
    except ModuleNotFoundError as error:
        if (message := missing_package(error)) is None:
            raise
        raise ImportError(f"exhubert.{name}: {message}", name=error.name) from None
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
