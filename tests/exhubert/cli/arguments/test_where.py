"""``--where`` takes one condition, as it is."""

import argparse

import pytest

from exhubert.cli.arguments.where import add_where, read_where
from pipeline.common.errors import UsageError
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
