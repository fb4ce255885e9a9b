import argparse
from typing import get_args

import pytest

from exhubert.cli.arguments.rows import add_fold, add_where, add_with_audio, read_fold, read_where
from pipeline.common.errors import UsageError
from pipeline.pages.excerpts import WithAudio
from training.config.recipe import load_recipe


def test_a_condition_is_taken_as_it_is() -> None:
    parser = argparse.ArgumentParser()
    add_where(parser)
    condition = "emotion = 'anger' and duration > 3"
    assert parser.parse_args(["--where", condition]).where == condition
    assert parser.parse_args([]).where is None
    assert "duration > 3" in parser.format_help()


def test_a_condition_is_a_setting_of_a_recipe() -> None:
    parser = argparse.ArgumentParser()
    add_where(parser)
    condition = "text like '%: \"no\"%' and emotion = 'anger'"
    settings = read_where(parser.parse_args(["--where", condition]))
    assert load_recipe("tiny", settings).data.where == condition
    assert read_where(parser.parse_args([])) == []


def test_a_recipe_with_no_condition_is_refused() -> None:
    with pytest.raises(UsageError, match=r"data\.where.*no column 'emotoin'"):
        load_recipe("tiny", ["data.where=\"emotoin = 'anger'\""])


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


@pytest.fixture
def parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser()
    add_with_audio(parser)
    return parser


@pytest.mark.parametrize("value", get_args(WithAudio))
def test_every_choice_of_a_page_is_one_of_the_command(
    parser: argparse.ArgumentParser, value: str
) -> None:
    assert parser.parse_args(["--with-audio", value]).with_audio == value


def test_what_may_not_be_passed_on_is_silent_by_default(parser: argparse.ArgumentParser) -> None:
    assert parser.parse_args([]).with_audio == "redistributable"
