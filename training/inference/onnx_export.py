"""Export: a trained model as one ONNX file that runs without PyTorch, proven equal to it.

The file scales its input itself, clip by clip, so that samples go in as any decoder gives them;
samples that are scaled already pass (nearly) unchanged.
"""

import copy
import importlib
import json
import logging
import shutil
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from pipeline.common.errors import DataError, UsageError
from pipeline.common.extras import install_command
from pipeline.schema.record import SAMPLE_RATE
from training.data.clips import MIN_SAMPLES, normalize_input
from training.data.dataset import Example, collate
from training.data.targets import UNLABELLED, HeadLabels
from training.inference.load_model import LoadedModel
from training.model.modeling_exhubert import ExtendedClassifier
from training.model.outputs import heads_of

TOLERANCE = 1e-4
"""Largest difference of an output, absolute or as a share of it, that an export may show."""

INPUTS = ("input_values", "attention_mask")

_CHECKED = ((0.03,), (0.1, 0.03, 0.5), (1.0, 3.1), (2.0, 2.0), (20.0,))
"""Seconds of the clips in each batch that an export is compared on."""


@dataclass(frozen=True)
class Exported:
    """An ONNX file that was written.

    Attributes:
        path: The file.
        weights: The file of its weights beside it, for a model over 2 GB; else ``None``.
        outputs: Names of its outputs, one a head; ``logits`` comes first, if it has classes.
        difference: Largest difference between its outputs and PyTorch's.
    """

    path: Path
    weights: Path | None
    outputs: tuple[str, ...]
    difference: float


def export_onnx(
    trained: LoadedModel, path: str | Path, separate_weights: bool | None = None
) -> Exported:
    """Writes a model as ONNX, once its outputs are those of PyTorch.

    Inputs are ``input_values``, float32 ``(clips, samples)``: mono at 16 kHz, at any level, clips
    padded at their end to one length of at least 400 samples; and ``attention_mask``, int64 of
    that shape: 1 at samples, 0 at padding. Outputs are, of the heads there are, ``logits``
    ``(clips, classes)``, ``emotion_logits`` ``(clips, categories)`` and ``ratings``
    ``(clips, dimensions)``.
    Metadata: ``id2label`` (JSON), ``sample_rate``, ``normalisation``, ``min_samples``, ``longest``
    (seconds of the longest clip the model was scored on), ``model`` and, of the heads there are,
    ``emotions`` and ``dimensions`` (JSON).

    Args:
        trained: The model, left as it is.
        path: The file; replaced if it exists, and left alone if the export fails.
        separate_weights: Whether weights get a file beside it; ``None`` for a model over 2 GB,
            which a single file cannot hold.

    Raises:
        UsageError: The packages of the extra ``onnx`` are not installed.
        DataError: An output differs by more than :data:`TOLERANCE`.
    """
    _require("onnx", "onnxscript", "onnxruntime")
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    model = _on_cpu(trained.model)
    with tempfile.TemporaryDirectory(prefix=f".{path.name}.", dir=path.parent) as folder:
        draft = Path(folder, path.name)
        _write(_FromSamples(model), draft, _metadata(trained), separate_weights)
        differences = compare(draft, model, _CHECKED)
        for name, difference in differences.items():
            if not difference <= TOLERANCE:
                raise DataError(
                    f"{path}: not written: ONNX Runtime's {name} differ from PyTorch's by "
                    f"{difference:.1e}, expected at most {TOLERANCE:.0e}"
                )
        written = sorted(Path(folder).iterdir())
        for file in written:
            shutil.move(file, path.with_name(file.name))
    weights = [path.with_name(file.name) for file in written if file.name != path.name]
    return Exported(
        path, weights[0] if weights else None, tuple(differences), max(differences.values())
    )


def outputs_of(heads: HeadLabels, classes: bool = True) -> list[str]:
    """Names of the outputs of a file, one a head, as PyTorch's model names them.

    Args:
        heads: Beside that of the classes.
        classes: Whether there are classes.
    """
    named = {"logits": classes, "emotion_logits": heads.emotions, "ratings": heads.dimensions}
    return [name for name, there in named.items() if there]


def compare(
    path: Path, model: ExtendedClassifier, batches: Sequence[Sequence[float]]
) -> dict[str, float]:
    """Largest difference of each output between a file and the model it was made from.

    Differences of values beyond ±1 count as a share of them. PyTorch is given clips scaled by
    :func:`training.data.clips.normalize_input`, the file is given them as they are.

    Args:
        path: The ONNX file.
        model: The model, on the CPU.
        batches: Seconds of the clips of each batch; a batch is padded to its longest.
    """
    import onnxruntime

    session = onnxruntime.InferenceSession(path)
    rng = np.random.default_rng(0)
    worst = dict.fromkeys(_outputs(model), 0.0)
    for lengths in batches:
        clips = [_noise(round(seconds * SAMPLE_RATE), rng) for seconds in lengths]
        scaled = collate(
            [Example(input_values=normalize_input(clip), label=UNLABELLED) for clip in clips]
        )
        plain = collate([Example(input_values=clip, label=UNLABELLED) for clip in clips])
        with torch.inference_mode():
            expected = model(**{name: scaled[name] for name in INPUTS})
        samples, mask = (plain[name].numpy() for name in INPUTS)
        found = session.run([*worst], {INPUTS[0]: samples, INPUTS[1]: mask.astype(np.int64)})
        for name, values in zip(worst, found, strict=True):
            reference = expected[name].numpy()
            difference = np.abs(values - reference) / np.maximum(1.0, np.abs(reference))
            worst[name] = float(np.maximum(worst[name], difference.max()))  # NaN stays
    return worst


class _FromSamples(nn.Module):
    """The model behind :func:`training.data.clips.normalize_input` for a padded batch."""

    def __init__(self, model: ExtendedClassifier) -> None:
        super().__init__()
        self.model = model
        self.outputs = _outputs(model)

    def forward(self, input_values: Tensor, attention_mask: Tensor) -> tuple[Tensor, ...]:
        """The outputs of each head for samples and their mask, both ``(clips, samples)``."""
        valid = attention_mask.to(input_values.dtype)
        count = valid.sum(dim=1, keepdim=True)
        mean = (input_values * valid).sum(dim=1, keepdim=True) / count
        centred = (input_values - mean) * valid
        variance = centred.square().sum(dim=1, keepdim=True) / count
        scaled = centred / torch.sqrt(variance + 1e-7)
        output = self.model(scaled, attention_mask=attention_mask)
        return tuple(output[name] for name in self.outputs)


def _outputs(model: ExtendedClassifier) -> list[str]:
    return outputs_of(heads_of(model.config), classes=bool(model.config.num_labels))


def _write(
    model: _FromSamples, path: Path, metadata: dict[str, str], separate_weights: bool | None
) -> None:
    """Traces the model on a padded batch, both axes free, and writes it."""
    example = torch.randn(3, 3200), torch.ones(3, 3200, dtype=torch.long)
    example[1][1:, 2000:] = 0
    axes = {0: torch.export.Dim("clips"), 1: torch.export.Dim("samples", min=MIN_SAMPLES)}
    with _silence():
        program = torch.onnx.export(
            model.eval(),
            example,
            dynamo=True,
            dynamic_shapes=dict.fromkeys(INPUTS, axes),
            input_names=INPUTS,
            output_names=model.outputs,
            verbose=False,
        )
        assert program is not None  # only the exporter before dynamo returns None
        program.model.metadata_props.update(metadata)
        program.save(path, external_data=separate_weights)


def _metadata(trained: LoadedModel) -> dict[str, str]:
    """What a user of the file has to know, as strings."""
    heads = trained.heads
    return {
        "id2label": json.dumps(dict(enumerate(trained.classes)), ensure_ascii=False),
        "sample_rate": str(SAMPLE_RATE),
        "normalisation": "inside: each clip to zero mean and unit variance over its own samples",
        "min_samples": str(MIN_SAMPLES),
        "longest": f"{trained.data.longest:g}",
        "model": Path(trained.name).name,
        **{name: json.dumps(named) for name, named in vars(heads).items() if named},
    }


def _on_cpu(model: ExtendedClassifier) -> ExtendedClassifier:
    """The model itself if it is in float32 on the CPU, else a copy that is."""
    if model.device.type == "cpu" and model.dtype is torch.float32:
        return model
    copied: Any = copy.deepcopy(model)  # what transformers wraps its `to` in hides its arguments
    moved: ExtendedClassifier = copied.to("cpu", torch.float32)
    return moved


def _noise(length: int, rng: np.random.Generator) -> npt.NDArray[np.float32]:
    """Noise that swells and fades like speech, off centre, float32 ``(samples,)``."""
    swell = np.sin(np.arange(length) / 1_500.0) ** 2
    return (0.01 + 0.1 * swell * rng.standard_normal(length)).astype(np.float32)


def _require(*packages: str) -> None:
    for package in packages:
        try:
            importlib.import_module(package)
        except ModuleNotFoundError as error:
            raise UsageError(
                f"the package {package!r} is not installed: it comes with the extra 'onnx' "
                f"({install_command('onnx')})"
            ) from error


@contextmanager
def _silence() -> Iterator[Any]:
    """Hides the exporter's log messages and warnings; errors are still raised."""
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)
