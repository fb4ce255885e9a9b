from pathlib import Path

import pytest
import yaml

from pipeline.common.errors import UsageError
from training.config.recipe import CONFIGS, differences, known_keys, load_recipe, write_recipe

SHIPPED = sorted(path.stem for path in CONFIGS.glob("*.yaml"))


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_recipe_is_valid_and_complete(name: str) -> None:
    text = (CONFIGS / f"{name}.yaml").read_text(encoding="utf-8")
    values = yaml.safe_load(text)
    assert load_recipe(name).name == name
    for key in known_keys():
        node = values
        for part in key.split("."):
            assert part in node, f"{key} is not spelt out in {name}.yaml"
            node = node[part]


def test_defaults_of_the_large_recipe_are_the_papers() -> None:
    recipe = load_recipe("exhubert_large")
    assert recipe.model.base == "facebook/hubert-large-ls960-ft"
    assert recipe.model.freeze_originals
    assert recipe.model.freeze_feature_encoder
    assert recipe.model.config["layerdrop"] == 0
    assert recipe.data.window == 3.0
    assert recipe.optimizer.learning_rate == 1e-5
    assert recipe.optimizer.betas == (0.9, 0.999)
    assert recipe.optimizer.eps == 1e-8


def test_overrides_are_yaml_at_dotted_keys() -> None:
    recipe = load_recipe(
        "tiny",
        [
            "optimizer.learning_rate=1e-4",
            "data.corpora=[alpha, beta]",
            "run.patience=3",
            "model.config.hidden_size=96",
            "sampling.epoch_size=null",
        ],
    )
    assert recipe.optimizer.learning_rate == 1e-4
    assert recipe.data.corpora == ("alpha", "beta")
    assert recipe.run.patience == 3
    assert recipe.model.config["hidden_size"] == 96
    assert recipe.sampling.epoch_size is None


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("learning_rate=1", "unknown key 'learning_rate'; did you mean 'optimizer.learning_rate'"),
        ("optimizer.epoch=1", "did you mean 'optimizer.epochs'"),
        ("optimiser.epochs=1", "did you mean 'optimizer.epochs'"),
        ("optimizer.epochs", "expected key=value"),
        (
            "optimizer.epochs=many",
            "override 'optimizer.epochs=many': expected a whole number, found 'many'",
        ),
        ("optimizer.epochs=0", "expected 1 or more, found 0"),
        ("run.precision=fp8", "expected 'auto', 'fp32', 'bf16' or 'fp16', found 'fp8'"),
        ("data.corpora=[a", "the value is not YAML"),
        ("data.corpora=a", "override 'data.corpora=a': expected a list, found 'a'"),
        ("data.window=.inf", "expected a finite number, found inf"),
        ("optimizer.learning_rate=.inf", "expected a finite number, found inf"),
        ("optimizer.weight_decay=.nan", "expected a finite number, found nan"),
        ("optimizer.betas=[0.9, 1.0]", r"expected less than 1, found 1\.0"),
        ("run.seed=-1", "expected 0 or more, found -1"),
        ("run.seed=4294967296", "expected less than 4294967296, found 4294967296"),
        ("model.config.layer_norm_eps=.nan", "layer_norm_eps=.nan': a number must be finite"),
        ("model.config.hidden_dropout=1e999", "must be finite"),
    ],
)
def test_wrong_override_says_what_is_wrong_and_what_was_meant(override, message) -> None:
    with pytest.raises(UsageError, match=message):
        load_recipe("tiny", [override])


@pytest.mark.parametrize("text", ["1e-5", "1E-05", "1.e-5", "1.0e-5", "10.0e-6"])
def test_settings_of_the_model_are_numbers_however_they_are_written(text: str) -> None:
    recipe = load_recipe("tiny", [f"model.config.layer_norm_eps={text}"])
    assert recipe.model.config["layer_norm_eps"] == 1e-5
    assert recipe.model.config["feat_extract_norm"] == "group"


def test_unknown_key_in_a_file_names_file_and_key(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("name: mine\noptimizer: {epochs: 2, lerning_rate: 1}\n", encoding="utf-8")
    with pytest.raises(UsageError) as error:
        load_recipe(path)
    assert str(path) in str(error.value)
    assert "did you mean 'optimizer.learning_rate'" in str(error.value)


@pytest.mark.parametrize("text", ["- a list", "name: [", "optimizer: {epochs: 1}", "name: übung"])
def test_file_that_is_no_recipe_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(text, encoding="latin-1")
    with pytest.raises(UsageError, match=r"mine\.yaml"):
        load_recipe(path)


def test_unknown_recipe_lists_those_that_ship(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"exhubert_large_best, tiny.*did you mean 'tiny'"):
        load_recipe("tinny")
    with pytest.raises(UsageError, match="no such recipe file"):
        load_recipe(tmp_path / "none.yaml")


def test_written_recipe_reads_back_the_same(tmp_path: Path) -> None:
    recipe = load_recipe("tiny", ["data.corpora=[alpha]", "optimizer.betas=[0.8, 0.99]"])
    write_recipe(recipe, tmp_path / "again.yaml")
    assert load_recipe(tmp_path / "again.yaml") == recipe


def test_differences_name_the_settings() -> None:
    before, after = load_recipe("tiny"), load_recipe("tiny", ["run.seed=7"])
    assert differences(before, before) == []
    assert differences(before, after) == ["run.seed: 0 → 7"]


def test_a_fold_is_named_by_number_or_word() -> None:
    data = load_recipe("tiny", ["data.protocol=loso", "data.fold=3"]).data
    assert (data.protocol, data.fold) == ("loso", "3")
    with pytest.raises(UsageError, match="give both or neither"):
        load_recipe("tiny", ["data.protocol=loso"])


def test_a_collection_needs_no_quotes() -> None:
    recipe = load_recipe(
        "tiny", ["data.corpora=[@emobox, nemo]", "data.exclude_corpora=[@emoset++]"]
    )
    assert recipe.data.corpora == ("@emobox", "nemo")
    assert recipe.data.exclude_corpora == ("@emoset++",)
