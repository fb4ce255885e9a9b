import json
import pickle
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import save_file
from torch import Tensor
from torch.nn import functional

from exhubert import ExHubertForSequenceClassification
from exhubert.cli.main import main
from pipeline.common.errors import UsageError
from pipeline.schema.record import CLASSES
from tests.training.conftest import SMALL_HUBERT, make_batch
from training.model.convert_published import convert, convert_published

WIDTH, HIDDEN, HEADS, CHANNELS, POSITIONS, PAIRS = 16, 24, 2, 8, 4, 3
KERNELS, STRIDES = (10, 8, 4), (5, 8, 4)


def linear_shapes(name: str, inputs: int, outputs: int) -> dict[str, tuple[int, ...]]:
    return {f"{name}.weight": (outputs, inputs), f"{name}.bias": (outputs,)}


def norm_shapes(name: str, width: int) -> dict[str, tuple[int, ...]]:
    return {f"{name}.weight": (width,), f"{name}.bias": (width,)}


def make_published(seed: int = 0, pairs: int = PAIRS) -> dict[str, Tensor]:
    """A state dict with the published names, and nothing at a special value."""
    shapes: dict[str, tuple[int, ...]] = {}
    for index, kernel in enumerate(KERNELS):
        layer = f"hubert.feature_extractor.conv_layers.{index}"
        shapes[f"{layer}.conv.weight"] = (CHANNELS, CHANNELS if index else 1, kernel)
        shapes[f"{layer}.conv.bias"] = (CHANNELS,)
        shapes |= norm_shapes(f"{layer}.layer_norm", CHANNELS)
    shapes |= norm_shapes("hubert.feature_projection.layer_norm", CHANNELS)
    shapes |= linear_shapes("hubert.feature_projection.projection", CHANNELS, WIDTH)
    shapes["hubert.masked_spec_embed"] = (WIDTH,)
    shapes["hubert.encoder.pos_conv_embed.conv.weight_g"] = (1, 1, POSITIONS)
    shapes["hubert.encoder.pos_conv_embed.conv.weight_v"] = (WIDTH, WIDTH // 2, POSITIONS)
    shapes["hubert.encoder.pos_conv_embed.conv.bias"] = (WIDTH,)
    shapes |= norm_shapes("hubert.encoder.layer_norm", WIDTH)
    for index in range(2 * pairs):
        layer = f"hubert.encoder.layers.{index}"
        for projection in ("q_proj", "k_proj", "v_proj", "out_proj"):
            shapes |= linear_shapes(f"{layer}.attention.{projection}", WIDTH, WIDTH)
        shapes |= norm_shapes(f"{layer}.layer_norm", WIDTH)
        shapes |= linear_shapes(f"{layer}.feed_forward.intermediate_dense", WIDTH, HIDDEN)
        shapes |= linear_shapes(f"{layer}.feed_forward.output_dense", HIDDEN, WIDTH)
        shapes |= norm_shapes(f"{layer}.final_layer_norm", WIDTH)
        shapes |= linear_shapes(f"{layer}.gate_bb_linear", WIDTH, WIDTH)
    shapes |= linear_shapes("projector", WIDTH, 8)
    shapes |= linear_shapes("classifier", 8, 6)
    generator = torch.Generator().manual_seed(seed)
    return {key: 0.4 * torch.randn(shape, generator=generator) for key, shape in shapes.items()}


def published_logits(weights: dict[str, Tensor], clips: Tensor) -> Tensor:
    """The published network by its formula, in plain torch; no attention mask, as published."""

    def linear(name: str, x: Tensor) -> Tensor:
        return x @ weights[f"{name}.weight"].T + weights[f"{name}.bias"]

    def norm(name: str, x: Tensor) -> Tensor:
        scaled = (x - x.mean(-1, keepdim=True)) / (
            x.var(-1, correction=0, keepdim=True) + 1e-5
        ) ** 0.5
        return scaled * weights[f"{name}.weight"] + weights[f"{name}.bias"]

    def attention(name: str, x: Tensor) -> Tensor:
        query, key, value = (
            linear(f"{name}.{part}_proj", x).unflatten(-1, (HEADS, -1)).transpose(1, 2)
            for part in "qkv"
        )
        scores = query @ key.transpose(-1, -2) / (WIDTH // HEADS) ** 0.5
        return linear(f"{name}.out_proj", (scores.softmax(-1) @ value).transpose(1, 2).flatten(2))

    def layer(index: int, x: Tensor) -> Tensor:
        name = f"hubert.encoder.layers.{index}"
        x = x + attention(f"{name}.attention", norm(f"{name}.layer_norm", x))
        inner = linear(
            f"{name}.feed_forward.intermediate_dense", norm(f"{name}.final_layer_norm", x)
        )
        return x + linear(f"{name}.feed_forward.output_dense", functional.gelu(inner))

    x = clips[:, None]
    for index, stride in enumerate(STRIDES):
        name = f"hubert.feature_extractor.conv_layers.{index}"
        x = functional.conv1d(
            x, weights[f"{name}.conv.weight"], weights[f"{name}.conv.bias"], stride
        )
        x = functional.gelu(norm(f"{name}.layer_norm", x.transpose(1, 2)).transpose(1, 2))
    x = norm("hubert.feature_projection.layer_norm", x.transpose(1, 2))
    h = linear("hubert.feature_projection.projection", x)

    name = "hubert.encoder.pos_conv_embed.conv"
    direction = weights[f"{name}.weight_v"]
    kernel = weights[f"{name}.weight_g"] * direction / direction.norm(dim=(0, 1), keepdim=True)
    positions = functional.conv1d(
        h.transpose(1, 2), kernel, weights[f"{name}.bias"], padding=POSITIONS // 2, groups=2
    )
    h = h + functional.gelu(positions[..., :-1]).transpose(1, 2)

    def gate(index: int, x: Tensor) -> Tensor:
        return linear(f"hubert.encoder.layers.{index}.gate_bb_linear", x)

    for even in range(0, 2 * PAIRS, 2):
        s = gate(even, layer(even, h))
        h = s + gate(even + 1, layer(even + 1, s))
    frames = linear("projector", norm("hubert.encoder.layer_norm", h))
    return linear("classifier", frames.mean(dim=1))


def write_published(
    folder: Path, weights: dict[str, Any], name: str = "pytorch_model.bin", **changes: Any
) -> Path:
    """What the hub has: weights, and settings that do not say what the model is."""
    config = SMALL_HUBERT | {
        "model_type": "hubert",
        "layerdrop": 0.1,
        "num_hidden_layers": 24,
        "auto_map": {"AutoModel": "modeling.Remote"},
        "id2label": {str(index): f"LABEL_{index}" for index in range(6)},
    }
    folder.mkdir(exist_ok=True)
    (folder / "config.json").write_text(json.dumps(config | changes))
    if name.endswith(".safetensors"):
        save_file(weights, folder / name)
    else:
        torch.save(weights, folder / name)
    return folder


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 2**16), samples=st.integers(1000, 4000))
def test_computes_the_published_formula(
    tmp_path_factory: pytest.TempPathFactory, seed: int, samples: int
) -> None:
    weights = make_published(seed)
    folder = write_published(tmp_path_factory.mktemp("published"), weights)
    model = convert_published(folder)
    clips, _ = make_batch([samples, samples // 2], seed)
    with torch.no_grad():
        expected = published_logits(weights, clips)
        assert (model(clips).logits - expected).abs().max() <= 1e-5


def test_even_layers_become_originals_and_odd_ones_copies(tmp_path: Path) -> None:
    weights = make_published()
    model = convert_published(write_published(tmp_path, weights))
    layers = "hubert.encoder.layers"
    found = model.state_dict()
    for ours, published in {
        "1.original.attention.q_proj.weight": "2.attention.q_proj.weight",
        "1.original_linear.weight": "2.gate_bb_linear.weight",
        "1.copy.attention.q_proj.weight": "3.attention.q_proj.weight",
        "1.copy_linear.bias": "3.gate_bb_linear.bias",
    }.items():
        assert torch.equal(found[f"{layers}.{ours}"], weights[f"{layers}.{published}"])


def test_settings_are_those_of_the_weights(tmp_path: Path) -> None:
    config = convert_published(write_published(tmp_path, make_published())).config
    assert config.num_hidden_layers == PAIRS
    assert config.extended_layers is None
    assert config.original_linear
    assert config.layerdrop == 0.0
    assert tuple(config.label2id) == CLASSES
    assert not hasattr(config, "auto_map")


@pytest.mark.parametrize("name", ["pytorch_model.bin", "model.safetensors"])
@pytest.mark.parametrize("as_file", [False, True])
def test_writes_safetensors_that_load_as_they_were(
    name: str, as_file: bool, tmp_path: Path
) -> None:
    source = write_published(tmp_path / "published", make_published(), name)
    convert(source / name if as_file else source, tmp_path / "ours")
    assert {path.name for path in (tmp_path / "ours").iterdir()} == {
        "config.json",
        "model.safetensors",
        "preprocessor_config.json",
    }
    loaded = ExHubertForSequenceClassification.from_pretrained(tmp_path / "ours")
    expected = convert_published(source).state_dict()
    for key, value in loaded.state_dict().items():
        assert torch.equal(value, expected[key])


def test_settings_are_those_of_hubert_large_where_none_lie_beside(tmp_path: Path) -> None:
    path = tmp_path / "weights.bin"
    torch.save(make_published(), path)
    with pytest.raises(UsageError, match=r"found \(6, 8\), expected \(6, 256\)"):
        convert_published(path)


def changed(key: str, value: Tensor | None) -> dict[str, Tensor]:
    weights = make_published()
    if value is None:
        del weights[key]
    else:
        weights[key] = value
    return weights


ATTENTION = "hubert.encoder.layers.3.attention.q_proj.weight"


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        (changed(ATTENTION, None), rf"{ATTENTION}: found no such key, expected \(16, 16\)"),
        (changed(ATTENTION, torch.zeros(16, 8)), rf"{ATTENTION}: found \(16, 8\), expected \(16, "),
        (changed("lm_head.weight", torch.zeros(2)), r"lm_head.weight: found \(2,\), expected no "),
        (changed("hubert.encoder.layers.5.gate_bb_linear.weight", None), "found 5 such layers"),
        ({"hubert.masked_spec_embed": torch.zeros(16)}, "found 0 such layers"),
        ({"epoch": 3}, r"expected a dictionary of tensors"),
    ],
)
def test_names_the_weight_that_does_not_fit(
    weights: dict[str, Any], message: str, tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match=message):
        convert_published(write_published(tmp_path, weights))


def test_settings_that_make_no_model_are_an_error(tmp_path: Path) -> None:
    source = write_published(tmp_path, make_published(), conv_stride=[5, 8])
    with pytest.raises(UsageError, match=r"config\.json: Configuration for conv.*conv_stride"):
        convert_published(source)


class Trap:
    def __reduce__(self) -> tuple[Any, ...]:
        return (Path.touch, (Path("sprung"),))


@pytest.mark.filterwarnings("ignore:Detected pickle protocol")
def test_code_in_a_pickle_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "pytorch_model.bin"
    for write in (lambda: torch.save(Trap(), path), lambda: path.write_bytes(pickle.dumps(Trap()))):
        write()
        with pytest.raises(UsageError, match="not a file of weights"):
            convert_published(path)
    assert not (tmp_path / "sprung").exists()


@pytest.mark.parametrize("name", ["weights.bin", "weights.safetensors"])
def test_a_broken_file_is_an_error(name: str, tmp_path: Path) -> None:
    for content in (b"", b"version https://git-lfs.github.com/spec/v1\n"):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(UsageError, match="not a file of weights"):
            convert_published(tmp_path / name)


def test_command_converts_and_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = write_published(tmp_path / "published", make_published())
    arguments = ["convert", "--from", str(source), "--output", str(tmp_path / "ours")]
    assert main(arguments) == 0
    assert str(tmp_path / "ours") in capsys.readouterr().out
    assert main(arguments) == 2
    assert "is not an empty folder" in capsys.readouterr().err
