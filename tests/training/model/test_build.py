import json
from pathlib import Path
from typing import Any

import pytest
import torch
from torch._dynamo.utils import counters
from transformers import HubertConfig, HubertForCTC, Wav2Vec2FeatureExtractor

from exhubert import ExHubertForSequenceClassification
from pipeline.common.errors import UsageError
from pipeline.schema.record import CLASSES
from tests.training.conftest import SMALL_HUBERT, make_batch
from training.model.build import build_model, compile_layers, save_model
from training.model.hub_files import find_checkpoint

NAME = "someone/hubert-speech"


def write_ctc(folder: Path, pickled: bool = False, **changes: Any) -> HubertForCTC:
    """A base like facebook/hubert-large-ls960-ft: a CTC model, which may be an old pickle."""
    torch.manual_seed(1)
    model = HubertForCTC(HubertConfig(**(SMALL_HUBERT | {"vocab_size": 32} | changes))).eval()
    model.save_pretrained(folder)
    if pickled:
        (folder / "model.safetensors").unlink()
        old_names = {"parametrizations.weight.original0": "weight_g"}
        old_names["parametrizations.weight.original1"] = "weight_v"
        weights = model.state_dict()
        for new, old in old_names.items():
            weights = {key.replace(new, old): value for key, value in weights.items()}
        torch.save(weights, folder / "pytorch_model.bin")
    return model


def edit_json(path: Path, **changes: Any) -> None:
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


@pytest.fixture
def offline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No network; the Hugging Face cache is an empty folder."""
    cache = tmp_path / "cache"
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(cache))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    return cache


class TestFromScratch:
    def test_the_seed_decides_every_weight_and_nothing_else_does(self) -> None:
        models = []
        for seed, noise in ((7, 0), (7, 1), (8, 0)):
            torch.manual_seed(noise)
            state = torch.random.get_rng_state()
            models.append(build_model(None, config=SMALL_HUBERT, seed=seed).state_dict())
            assert torch.equal(torch.random.get_rng_state(), state)
        one, same, other = models
        assert all(torch.equal(one[key], same[key]) for key in one)
        assert not torch.equal(one["classifier.weight"], other["classifier.weight"])

    def test_labels_and_extension_are_as_asked(self) -> None:
        model = build_model(
            None,
            classes=["calm", "tense"],
            extended_layers=(1, 2),
            original_linear=True,
            config=SMALL_HUBERT,
        )
        assert model.config.id2label == {0: "calm", 1: "tense"}
        assert model.config.extended_layers == [1, 2]
        assert model.config.original_linear
        assert model(make_batch([2000])[0]).logits.shape == (1, 2)
        assert not model.training
        assert model.config is model.hubert.config

    def test_layerdrop_is_off_unless_asked_for(self) -> None:
        assert build_model(None, config=SMALL_HUBERT).config.layerdrop == 0.0
        asked = build_model(None, config=SMALL_HUBERT | {"layerdrop": 0.2})
        assert asked.config.layerdrop == 0.2

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            (
                {"config": {"hidden_sise": 8}},
                "no setting 'hidden_sise'.*did you mean 'hidden_size'",
            ),
            ({"config": {"id2label": {0: "a"}}}, "HubertConfig has no setting 'id2label'"),
            ({"config": {"hidden_size": "wide"}}, "hidden_size"),
            ({"config": {"hidden_size": -3}}, r"model\.config\.hidden_size is -3, expected 1 or"),
            ({"config": {"conv_stride": [5, 0]}}, r"conv_stride is \[5, 0\], expected 1 or more"),
            (
                {"config": {"attention_dropout": 1.5}},
                r"attention_dropout is 1\.5, expected a share",
            ),
            ({"config": {"layer_norm_eps": -1e-5}}, "layer_norm_eps is -1e-05, expected 0 or more"),
            ({"config": {"hidden_act": "jelu"}}, "hidden_act is 'jelu', expected one of .*gelu"),
            (
                {"config": SMALL_HUBERT | {"num_conv_pos_embedding_groups": 3}},
                "divisible by groups; model.config is .*'num_conv_pos_embedding_groups': 3",
            ),
            ({"config": SMALL_HUBERT | {"num_attention_heads": 3}}, "divisible"),
            ({"config": SMALL_HUBERT, "extended_layers": [5]}, r"names \[5\], but the base has"),
        ],
    )
    def test_settings_that_do_not_fit_are_errors(
        self, arguments: dict[str, Any], message: str
    ) -> None:
        with pytest.raises(UsageError, match=message):
            build_model(None, **arguments)


class TestFromHubert:
    @pytest.mark.parametrize("pickled", [False, True])
    def test_a_ctc_model_gives_its_backbone(self, pickled: bool, tmp_path: Path) -> None:
        ctc = write_ctc(tmp_path, pickled)
        model = build_model(tmp_path)
        clips, mask = make_batch([3000, 1500])
        with torch.no_grad():
            expected = ctc.hubert(clips, attention_mask=mask).last_hidden_state
            found = model.hubert(clips, attention_mask=mask).last_hidden_state
        assert (found - expected).abs().max() <= 1e-5
        assert tuple(model.config.label2id) == CLASSES

    def test_a_bare_backbone_gives_itself(self, tmp_path: Path) -> None:
        ctc = write_ctc(tmp_path / "ctc")
        ctc.hubert.save_pretrained(tmp_path / "bare")
        weights = build_model(tmp_path / "bare").state_dict()
        for key, value in build_model(tmp_path / "ctc").state_dict().items():
            assert torch.equal(weights[key], value)

    def test_settings_replace_the_bases(self, tmp_path: Path) -> None:
        write_ctc(tmp_path)
        model = build_model(tmp_path, config={"hidden_dropout": 0.3, "num_hidden_layers": 2})
        assert model.hubert.encoder.layers[0].copy.dropout.p == 0.3
        assert len(model.hubert.encoder.layers) == 2

    def test_half_precision_is_loaded_as_float32(self, tmp_path: Path) -> None:
        write_ctc(tmp_path / "full").half().save_pretrained(tmp_path / "half")
        assert build_model(tmp_path / "half").dtype == torch.float32

    def test_a_missing_weight_is_an_error(self, tmp_path: Path) -> None:
        write_ctc(tmp_path, pickled=True)
        path = tmp_path / "pytorch_model.bin"
        weights = torch.load(path)
        del weights["hubert.encoder.layers.1.attention.k_proj.bias"]
        torch.save(weights, path)
        with pytest.raises(
            UsageError, match=r"1 weights are missing, encoder\.layers\.1.*HubertMo"
        ):
            build_model(tmp_path)

    def test_a_weight_of_another_shape_is_an_error(self, tmp_path: Path) -> None:
        write_ctc(tmp_path)
        with pytest.raises(UsageError, match="cannot load the weights"):
            build_model(tmp_path, config={"intermediate_size": 32})

    def test_code_in_a_pickle_is_refused(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        class Trap:
            def __reduce__(self) -> tuple[Any, ...]:
                return (Path.touch, (Path("sprung"),))

        monkeypatch.chdir(tmp_path)
        write_ctc(tmp_path, pickled=True)
        torch.save({"hubert.encoder.layer_norm.bias": Trap()}, tmp_path / "pytorch_model.bin")
        with pytest.raises(UsageError, match="cannot load the weights"):
            build_model(tmp_path)
        assert not (tmp_path / "sprung").exists()

    def test_another_kind_of_model_is_an_error(self, tmp_path: Path) -> None:
        write_ctc(tmp_path)
        edit_json(tmp_path / "config.json", model_type="whisper")
        with pytest.raises(
            UsageError,
            match=r"config\.json: model_type is 'whisper', expected one of hubert, wav2vec2, ",
        ):
            build_model(tmp_path)


class TestFromExHubert:
    @pytest.fixture
    def trained(self, tmp_path: Path) -> ExHubertForSequenceClassification:
        model = build_model(None, config=SMALL_HUBERT, extended_layers=[1])
        torch.nn.init.normal_(model.hubert.encoder.layers[1].copy_linear.weight)
        save_model(model, tmp_path)
        return model

    def test_everything_is_kept_where_the_labels_are(
        self, trained: ExHubertForSequenceClassification, tmp_path: Path
    ) -> None:
        model = build_model(tmp_path, config={"hidden_dropout": 0.3})
        assert model.config.extended_layers == [1]
        assert model.config.hidden_dropout == 0.3
        for key, value in model.state_dict().items():
            assert torch.equal(value, trained.state_dict()[key])

    def test_other_labels_get_a_new_head(
        self, trained: ExHubertForSequenceClassification, tmp_path: Path
    ) -> None:
        reordered = [*CLASSES[1:], CLASSES[0]]
        model = build_model(tmp_path, classes=reordered)
        assert list(model.config.label2id) == reordered
        for key, value in model.hubert.state_dict().items():
            assert torch.equal(value, trained.hubert.state_dict()[key])
        assert not torch.equal(model.classifier.weight, trained.classifier.weight)

    @pytest.mark.usefixtures("trained")
    def test_another_extension_is_an_error(self, tmp_path: Path) -> None:
        with pytest.raises(UsageError, match=r"extended_layers is \[0\], but .* with \[1\]: leave"):
            build_model(tmp_path, extended_layers=[0])
        with pytest.raises(UsageError, match="original_linear is True"):
            build_model(tmp_path, original_linear=True)


class TestFindingCheckpoints:
    @pytest.mark.usefixtures("offline")
    @pytest.mark.parametrize("name", [NAME, "no/such/folder", "./nowhere"])
    def test_without_a_network_the_error_says_what_to_fetch(self, name: str) -> None:
        with pytest.raises(UsageError) as caught:
            build_model(name)
        message = str(caught.value)
        assert message.startswith(f"{name}: no folder of this name")
        for file in ("config.json", "pytorch_model.bin"):
            assert file in message
        assert f"hf download {name}" in message

    @pytest.mark.parametrize("pickled", [False, True])
    def test_the_cache_serves_without_a_network(self, offline: Path, pickled: bool) -> None:
        repository = offline / "models--someone--hubert-speech"
        snapshot = repository / "snapshots" / ("0" * 40)
        write_ctc(snapshot, pickled)
        (repository / "refs").mkdir()
        (repository / "refs" / "main").write_text("0" * 40)
        assert find_checkpoint(NAME) == snapshot
        assert len(build_model(NAME).hubert.encoder.layers) == 3

    def test_a_cache_without_weights_does_not_serve(self, offline: Path) -> None:
        self.test_the_cache_serves_without_a_network(offline, pickled=True)
        next(offline.rglob("pytorch_model.bin")).unlink()
        with pytest.raises(
            UsageError, match=r"model\.safetensors or pytorch_model\.bin is neither"
        ):
            find_checkpoint(NAME)

    def test_a_folder_that_lacks_a_file_is_an_error(self, tmp_path: Path) -> None:
        with pytest.raises(UsageError, match=r"no config\.json"):
            find_checkpoint(tmp_path)
        HubertConfig().save_pretrained(tmp_path)
        with pytest.raises(UsageError, match=r"no weights, expected model\.safetensors or"):
            find_checkpoint(tmp_path)


def test_saved_model_says_how_input_is_made_and_may_be_read_by_all_who_may_read_its_settings(
    tmp_path: Path,
) -> None:
    save_model(build_model(None, config=SMALL_HUBERT), tmp_path)
    extractor = Wav2Vec2FeatureExtractor.from_pretrained(tmp_path)
    clips = [clip.numpy() + 3 for clip in (torch.randn(500), torch.randn(800))]
    batch = extractor(clips, sampling_rate=16_000, padding=True, return_tensors="pt")
    assert batch["attention_mask"].sum(-1).tolist() == [500, 800]
    assert abs(batch["input_values"][0, :500].mean().item()) < 1e-5
    assert abs(batch["input_values"][0, :500].std().item() - 1) < 1e-2
    assert len({file.stat().st_mode for file in tmp_path.iterdir()}) == 1


@pytest.mark.slow
def test_layers_are_compiled_once_for_clips_and_batches_of_every_length() -> None:
    model = build_model(None, config=SMALL_HUBERT).eval()
    lengths = [[8_000, 6_000], [5_000, 4_000, 3_000], [900, 400]]
    batches = [make_batch(batch) for batch in lengths]
    with torch.no_grad():
        expected = [model(clips, mask).logits for clips, mask in batches]
        torch.compiler.reset()  # other tests may have compiled the same code
        compile_layers(model)
        counters.clear()
        for (clips, mask), logits in zip(batches, expected, strict=True):
            torch.testing.assert_close(model(clips, mask).logits, logits, atol=1e-5, rtol=1e-5)
    assert len(model.hubert.encoder.layers) > 1
    assert counters["stats"]["unique_graphs"] == 1
