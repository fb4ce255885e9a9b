import argparse

import pytest

from exhubert.cli.arguments.folds import add_fold, read_fold
from pipeline.common.errors import UsageError
from training.config.recipe import load_recipe


def parse(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_fold(parser)
    return parser.parse_args(words)


def test_a_fold_becomes_settings_of_a_recipe() -> None:
    recipe = load_recipe("tiny", read_fold(parse("--protocol", "loso", "--fold", "03")))
    assert (recipe.data.protocol, recipe.data.fold) == ("loso", "03")
    assert read_fold(parse()) == []


@pytest.mark.parametrize("words", [("--protocol", "loso"), ("--fold", "3")])
def test_protocol_and_fold_belong_together(words: tuple[str, str]) -> None:
    with pytest.raises(UsageError, match="too"):
        read_fold(parse(*words))
