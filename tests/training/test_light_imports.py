"""Recipes load nothing heavy; the model registers itself with transformers."""

import subprocess
import sys


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


def test_a_loaded_model_class_is_known_to_the_auto_classes() -> None:
    run(
        "from exhubert import ExHubertForSequenceClassification as ours\n"
        "from transformers import AutoConfig, AutoModelForAudioClassification as auto\n"
        "config = AutoConfig.for_model('exhubert', num_hidden_layers=1, extended_layers=[0])\n"
        "assert type(auto.from_config(config)) is ours"
    )
