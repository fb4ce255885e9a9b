"""``exhubert doctor`` prints what is there, for people and for programs."""

import json

import pytest

from exhubert.cli.main import main


def test_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor"]) == 0
    out = capsys.readouterr().out
    for word in ("versions", "machine", "audio", "extras", "stores", "GPU", "apache-beam"):
        assert word in out


def test_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert {fact["name"] for fact in told["machine"]} >= {"cores", "GPU"}
