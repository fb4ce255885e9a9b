"""``--where`` takes one condition, as it is."""

import argparse

from exhubert.cli.arguments.where import add_where


def test_a_condition_is_taken_as_it_is() -> None:
    parser = argparse.ArgumentParser()
    add_where(parser)
    condition = "emotion = 'anger' and duration > 3"
    assert parser.parse_args(["--where", condition]).where == condition
    assert parser.parse_args([]).where is None
    assert "duration > 3" in parser.format_help()
