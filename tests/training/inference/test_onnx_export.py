import copy
import json
import shutil
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import soundfile
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from exhubert import ExHubertConfig, ExHubertForSequenceClassification
from exhubert.cli.main import main
from pipeline.common.errors import DataError, UsageError
from pipeline.schema.record import CLASSES
from tests.support.shards import tone
from tests.training.conftest import SMALL_HUBERT
from training.data.clips import normalize_input
from training.data.targets import SIX_CLASSES_ONLY, HeadLabels
from training.inference import onnx_export as export
from training.inference.load_model import LoadedModel, load_model
from training.inference.onnx_export import compare, export_onnx, outputs_of

pytestmark = pytest.mark.xdist_group("export")  # exporting takes seconds: once for all tests

HEADS = {"emotions": ["anger", "joy", "neutral"], "dimensions": ["arousal", "dominance"]}
FORMS = {
    "stable": {"do_stable_layer_norm": True, "feat_extract_norm": "layer"} | HEADS,
    "post-norm": {"do_stable_layer_norm": False, "feat_extract_norm": "group", "conv_bias": False},
}
SMALL = SMALL_HUBERT | {
    "num_hidden_layers": 1,
    "initializer_range": 0.1,
    "conv_dim": [16] * 7,  # as HuBERT: 320 samples a frame, 400 behind each
    "conv_kernel": [10, 3, 3, 3, 3, 2, 2],
    "conv_stride": [5, 2, 2, 2, 2, 2, 2],
}


def save_model(folder: Path, seed: int = 0, **changes: object) -> LoadedModel:
    """A model whose copies matter, saved and loaded."""
    torch.manual_seed(seed)
    model = ExHubertForSequenceClassification(ExHubertConfig(**(SMALL | changes)))
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if "_linear" in name:
                weight.normal_(std=0.3)
    model.save_pretrained(folder)
    return load_model(folder)


@pytest.fixture(
    scope="module", params=["stable", pytest.param("post-norm", marks=pytest.mark.slow)]
)
def pair(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[LoadedModel, Path]:
    """A model and the ONNX file that the command makes of it: every head, or six classes only."""
    folder = tmp_path_factory.mktemp(request.param)
    trained = save_model(folder / "model", **FORMS[request.param])
    file = folder / "model.onnx"
    assert main(["export", "--model", str(folder / "model"), "--onnx", str(file)]) == 0
    assert {path.name for path in folder.iterdir()} == {"model", "model.onnx"}
    return trained, file


@settings(deadline=None, max_examples=15)
@given(st.lists(st.floats(0.03, 20.0), min_size=1, max_size=4))
def test_outputs_are_those_of_pytorch_for_any_clips(
    pair: tuple[LoadedModel, Path], lengths
) -> None:
    trained, path = pair
    differences = compare(path, trained.model, [lengths])
    assert list(differences) == outputs_of(trained.heads)
    assert max(differences.values()) <= 1e-4


def test_file_says_what_its_user_has_to_know(pair: tuple[LoadedModel, Path]) -> None:
    session = onnxruntime.InferenceSession(pair[1])
    facts = session.get_modelmeta().custom_metadata_map
    assert list(json.loads(facts["id2label"]).values()) == list(CLASSES)
    assert facts["sample_rate"] == "16000"
    assert "zero mean and unit variance" in facts["normalisation"]
    shapes = {one.name: one.shape for one in session.get_inputs()}
    assert shapes["input_values"] == shapes["attention_mask"] == ["clips", "samples"]


def test_every_head_is_an_output_of_its_name(pair: tuple[LoadedModel, Path]) -> None:
    trained, path = pair
    session = onnxruntime.InferenceSession(path)
    facts = session.get_modelmeta().custom_metadata_map
    outputs = [(one.name, one.shape) for one in session.get_outputs()]
    assert outputs[0] == ("logits", ["clips", 6])
    if trained.heads == SIX_CLASSES_ONLY:
        assert len(outputs) == 1
        assert facts.keys().isdisjoint(HEADS)
        return
    assert outputs[1:] == [("emotion_logits", ["clips", 3]), ("ratings", ["clips", 2])]
    assert {name: json.loads(facts[name]) for name in HEADS} == HEADS
    clips = np.stack([tone(1, 0.7), tone(4, 0.7)])
    inputs = {"input_values": clips, "attention_mask": np.ones(clips.shape, np.int64)}
    with torch.inference_mode():
        expected = trained.model(
            torch.from_numpy(np.stack([normalize_input(clip) for clip in clips]))
        )
    for (name, _), found in zip(outputs, session.run(None, inputs), strict=True):
        np.testing.assert_allclose(found, expected[name], atol=1e-4)


def test_model_of_six_classes_has_one_output() -> None:
    assert outputs_of(SIX_CLASSES_ONLY) == ["logits"]
    assert outputs_of(HeadLabels(dimensions=("valence",))) == ["logits", "ratings"]


def test_scaled_samples_give_what_plain_ones_give(pair: tuple[LoadedModel, Path]) -> None:
    session = onnxruntime.InferenceSession(pair[1])
    clip = tone(2, 1.0)[None]
    results = [
        session.run(
            ["logits"], {"input_values": samples, "attention_mask": np.ones(clip.shape, np.int64)}
        )[0]
        for samples in (clip, (clip - clip.mean()) / clip.std(), 0.05 * clip + 0.3)
    ]
    np.testing.assert_allclose(results[1], results[0], atol=1e-3)
    np.testing.assert_allclose(results[2], results[0], atol=1e-2)


def test_lines_of_the_docs_run_a_file(
    pair: tuple[LoadedModel, Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    docs = Path(__file__).parents[3] / "docs" / "predict.md"
    text = docs.read_text(encoding="utf-8").partition("## Without PyTorch")[2]
    program = text.partition("```python")[2].partition("```")[0]
    monkeypatch.chdir(tmp_path)
    shutil.copy(pair[1], "model.onnx")
    soundfile.write("speech.wav", tone(1, 1.0), 16_000)
    exec(program, {})
    assert capsys.readouterr().out.strip() in CLASSES


def test_file_that_differs_from_its_model_is_not_kept(
    pair: tuple[LoadedModel, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "_write", lambda _, path, *__: shutil.copy(pair[1], path))
    other = save_model(tmp_path / "other", seed=1, do_stable_layer_norm=True)
    with pytest.raises(DataError, match=r"model\.onnx: not written: .* differ from PyTorch's by"):
        export_onnx(other, tmp_path / "model.onnx")
    assert [path.name for path in tmp_path.iterdir()] == ["other"]


def test_difference_of_a_single_head_is_found(
    pair: tuple[LoadedModel, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "_write", lambda _, path, *__: shutil.copy(pair[1], path))
    other = replace(pair[0], model=copy.deepcopy(pair[0].model))
    head = other.model.rater or other.model.classifier
    with torch.no_grad():
        head.bias += 0.1
    with pytest.raises(DataError, match=r"ONNX Runtime's (ratings|logits) differ"):
        export_onnx(other, tmp_path / "model.onnx")


@pytest.mark.slow
def test_weights_of_a_large_model_lie_in_a_file_beside(tmp_path: Path) -> None:
    trained = save_model(tmp_path / "model")
    exported = export_onnx(trained, tmp_path / "exports" / "large.onnx", separate_weights=True)
    assert exported.weights == tmp_path / "exports" / "large.onnx.data"
    assert set((tmp_path / "exports").iterdir()) == {exported.path, exported.weights}
    assert compare(exported.path, trained.model, [(0.5, 1.0)])["logits"] <= 1e-4


def test_missing_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "onnxscript", None)
    with pytest.raises(UsageError, match=r"'onnxscript' is not installed: .* extra 'onnx'"):
        export_onnx(None, tmp_path / "model.onnx")  # type: ignore[arg-type]
