"""What a check or a build puts up with: the same options, each with a default of its own."""

import argparse

import pytest

from exhubert.cli.arguments.tolerances import add_tolerances
from exhubert.cli.main import main
from tests.conftest import MakeCorpus, MakeSpec


def test_defaults_are_the_commands_own() -> None:
    parser = argparse.ArgumentParser()
    add_tolerances(parser, max_reject_rate=0.25)
    assert parser.parse_args([]).max_reject_rate == 0.25
    assert not parser.parse_args([]).allow_partial


@pytest.mark.parametrize(("rate", "status"), [([], 1), (["0.03"], 1), (["0.05"], 0)])
def test_a_check_accepts_a_stated_share_of_rejected_clips(
    make_spec: MakeSpec, make_corpus: MakeCorpus, rate: list[str], status: int
) -> None:
    make_spec()
    root = make_corpus()
    (root / "wav/s00_ang_9.wav").write_bytes(b"")  # one of 25
    command = ["check", "--spec", str(root.parents[1] / "tones.yaml"), "--root", f"tones={root}"]
    assert main([*command, *(["--max-reject-rate", *rate] if rate else [])]) == status
