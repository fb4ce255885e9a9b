import argparse

import pytest

from exhubert.cli.arguments.release import add_release, read_release
from pipeline.common.release import Release


@pytest.fixture
def parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser()
    add_release(parser)
    return parser


def test_a_dataset_is_called_as_the_options_say(parser: argparse.ArgumentParser) -> None:
    line = ["--title", "Mine", "--dataset-version", "1.2.0", "--date-published", "2026-11-29"]
    assert read_release(parser.parse_args(line)) == Release("Mine", "1.2.0", "2026-11-29")
    assert read_release(parser.parse_args([])) == Release()


@pytest.mark.parametrize(
    ("option", "value"),
    [("--title", ""), ("--dataset-version", "1.2"), ("--date-published", "2026-02-30")],
)
def test_what_can_not_be_is_refused_in_words(
    parser: argparse.ArgumentParser,
    option: str,
    value: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit):
        parser.parse_args([option, value])
    assert f"argument {option}: " in capsys.readouterr().err
