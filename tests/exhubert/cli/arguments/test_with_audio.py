import argparse
from typing import get_args

import pytest

from exhubert.cli.arguments.with_audio import add_with_audio
from pipeline.dataset.report.listening import WithAudio


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
