"""Models of others: nothing of theirs is run, and what does not fit is one line."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
import torch
from safetensors.torch import load_file, save_file

from exhubert.cli.main import main
from pipeline.common.errors import UsageError
from tests.training.conftest import SMALL_HUBERT
from training.data.targets import HeadLabels
from training.model.build import build_model, save_model
from training.model.hub_files import find_config
from training.model.untrusted_checkpoint import check_numbers, check_size, reason_of

Change = Callable[[Path], object]
Predict = Callable[..., tuple[int, str]]


@pytest.fixture
def predict(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> Predict:
    """Changes a small model as someone else might, and classifies with it."""
    folder = tmp_path / "model"
    heads = HeadLabels(("anger", "joy"), ("arousal",))
    save_model(build_model(None, config=SMALL_HUBERT, heads=heads), folder)
    clip = tmp_path / "clip.wav"
    soundfile.write(clip, np.random.default_rng(0).standard_normal(8_000) / 10, 16_000)

    def change_and_predict(change: Change) -> tuple[int, str]:
        change(folder)
        capfd.readouterr()
        status = main(["predict", "--model", str(folder), str(clip), "--json"])
        return status, capfd.readouterr().err.strip()

    return change_and_predict


def settings(**values: Any) -> Change:
    """Replaces settings of the configuration."""

    def change(folder: Path) -> None:
        path = folder / "config.json"
        path.write_text(json.dumps(json.loads(path.read_text()) | values))

    return change


def text(name: str, content: str) -> Change:
    return lambda folder: (folder / name).write_text(content)


def weights(change: Callable[[torch.Tensor], torch.Tensor]) -> Change:
    def replace(folder: Path) -> None:
        path = folder / "model.safetensors"
        changed = {name: change(weight) for name, weight in load_file(path).items()}
        save_file(changed, path, metadata={"format": "pt"})

    return replace


BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{last}'] * 9)}]\n"
    for last, name in zip("abcdefgh", "bcdefghi", strict=True)
)


def bring_code(folder: Path) -> None:
    settings(model_type="evil", auto_map={"AutoConfig": "code.C"})(folder)
    (folder / "code.py").write_text(f"open({str(folder / 'was_run')!r}, 'w')\nclass C: pass\n")


REFUSED: dict[str, tuple[Change, str]] = {
    "code of its own": (bring_code, "brings code of its own, which is never run"),
    "attention from the hub": (settings(attn_implementation="a/b"), "code from the hub"),
    "attention of no type": (settings(attn_implementation=True), "error:"),
    "text for a number": (settings(hidden_size="x"), r"config\.json: .*'hidden_size'"),
    "no size": (settings(hidden_size=0), "cannot load the weights: 0.0 cannot"),
    "negative heads": (settings(num_attention_heads=-1), "cannot be run"),
    "layers without end": (settings(num_hidden_layers=10**9), "num_hidden_layers is 1e"),
    "more layers than weights": (settings(num_hidden_layers=10**6), "a model of 1,"),
    "classes without end": (settings(num_labels=10**9, id2label=None), "num_labels is 1e"),
    "NaN": (settings(layer_norm_eps=float("nan")), "layer_norm_eps is nan"),
    "unknown activation": (settings(hidden_act="x"), "cannot load the weights: 'x'"),
    "another width": (settings(intermediate_size=16), r"is \(24,\), expected \(16,\)"),
    "labels no mapping": (settings(id2label=[1]), r"config\.json: "),
    "labels equal": (settings(id2label={0: "x", 1: "x"}), "expected different names"),
    "labels numbers": (settings(id2label={0: 0, 1: 1}), "expected different names"),
    "emotions numbers": (settings(emotions=[1, 2]), "expected None or different names"),
    "outputs of tuples": (settings(return_dict=False), "cannot be run"),
    "nested config": (text("config.json", "[" * 100_000), "not JSON"),
    "list of a config": (text("config.json", "[]"), "expected an object"),
    "NaN weights": (weights(lambda weight: weight * float("nan")), "no numbers .NaN."),
    "huge weights": (weights(lambda weight: weight * 1e30), "no numbers .NaN."),
    "damaged weights": (text("model.safetensors", "x" * 100_000), "cannot load the weights"),
    "empty weights": (text("model.safetensors", ""), "have 0 bytes"),
    "provenance of text": (text("provenance.json", '{"dataset": "x"}'), r"json: dataset: exp"),
    "speakers of no type": (text("provenance.json", '{"training_speakers": [1]}'), "training_spea"),
    "provenance no object": (text("provenance.json", "[]"), r"provenance\.json: "),
    "bases without end": (text("provenance.json", '{"base":' * 900 + "{}" + "}" * 900), "base"),
    "recipe without end": (text("training_config.yaml", BOMB + "data: *i"), "aliases"),
    "nested recipe": (text("training_config.yaml", "data: " + "[" * 5_000), "nested too deeply"),
    "recipe of code": (text("training_config.yaml", "data: !!python/none x"), "not YAML"),
    "endless window": (text("training_config.yaml", "data: {longest: 1e9}"), "3600 or less"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_model_is_refused_in_one_line(name: str, predict: Predict) -> None:
    change, expected = REFUSED[name]
    status, error = predict(change)
    assert status in {1, 2}
    assert error.startswith("error: ")
    assert len(error.splitlines()) == 1
    assert re.search(expected, error), error


def test_code_of_a_model_is_not_run(predict: Predict, tmp_path: Path) -> None:
    predict(bring_code)
    assert not (tmp_path / "model/was_run").exists()
    status, error = predict(settings(model_type="exhubert"))  # one that is known here
    assert (status, error) == (0, "")
    assert not (tmp_path / "model/was_run").exists()


def test_a_base_to_train_is_asked_the_same(tmp_path: Path) -> None:
    folder = tmp_path / "base"
    save_model(build_model(None, config=SMALL_HUBERT), folder)
    settings(num_hidden_layers=10**9)(folder)
    with pytest.raises(UsageError, match="num_hidden_layers is 1e"):
        find_config(folder)
    settings(num_hidden_layers=10**6)(folder)
    with pytest.raises(UsageError, match="their files have"):
        build_model(folder)


def test_numbers_and_sizes_of_models_pass(tmp_path: Path) -> None:
    model = build_model(None, config=SMALL_HUBERT)
    save_model(model, tmp_path)
    check_numbers({"vocab_size": 250_000, "conv_dim": [512] * 7, "name": "x"}, "config.json")
    check_size(tmp_path, model.config)
    assert reason_of(ValueError("one\n  two")) == "one two"
    assert reason_of(KeyError()) == "KeyError"


def test_labels_of_others_are_text_on_the_terminal(
    predict: Predict, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    names = {str(index): f"=1+{index}\x1b[31m" for index in range(6)}
    assert predict(settings(id2label=names)) == (0, "")
    for form in ([], ["--json"], ["--csv"]):
        command = ["predict", "--model", str(tmp_path / "model"), str(tmp_path / "clip.wav"), *form]
        assert main(command) == 0
        shown = capfd.readouterr().out
        assert "\x1b" not in shown
        assert ("'=1+0" in shown) == (form == ["--csv"])
