"""``training`` itself loads nothing heavy; the model registers itself with transformers."""

import subprocess
import sys

import pytest


def run(code: str) -> None:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_recipe_is_read_without_torch() -> None:
    run(
        "import sys, training.config.recipe as recipe\n"
        "recipe.load_recipe('tiny', ['optimizer.epochs=2'])\n"
        "loaded = {'torch', 'transformers', 'apache_beam'} & sys.modules.keys()\n"
        "assert not loaded, loaded"
    )


@pytest.mark.parametrize("module", ["exhubert", "training"])
def test_a_loaded_model_class_is_known_to_the_auto_classes(module: str) -> None:
    run(
        f"from {module} import ExHubertForSequenceClassification as ours\n"
        "from transformers import AutoConfig, AutoModelForAudioClassification as auto\n"
        "config = AutoConfig.for_model('exhubert', num_hidden_layers=1, extended_layers=[0])\n"
        "assert type(auto.from_config(config)) is ours"
    )


def test_names_that_are_not_there_are_attribute_errors() -> None:
    import training

    with pytest.raises(AttributeError, match="'training' has no attribute 'nothing'"):
        training.nothing  # noqa: B018
