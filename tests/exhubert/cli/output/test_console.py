"""What is printed for people: names of others move no cursor."""

import json

import pytest
from rich.table import Table

from exhubert.cli.output import console

HOSTILE = "\x1b]0;title\x07\x1b[2Jname\x9b31m\r\u202e"


def test_names_reach_the_terminal_as_text(capsys: pytest.CaptureFixture[str]) -> None:
    console.say(HOSTILE)
    table = Table(HOSTILE)
    table.add_row(HOSTILE)
    console.OUT.print(table)
    shown = capsys.readouterr().out
    assert r"\x1b]0;title\x1b[2Jname\x9b31m" in shown  # rich drops the bell itself
    assert not set("\x1b\x07\x9b\r\u202e") & set(shown)


def test_errors_and_json_hold_no_commands(capsys: pytest.CaptureFixture[str]) -> None:
    console.complain(f"error: {HOSTILE}")
    console.emit(json.dumps({"name": HOSTILE}, ensure_ascii=False))
    shown = capsys.readouterr()
    assert shown.err.startswith(r"error: \x1b]0;title\x07")
    assert json.loads(shown.out) == {"name": HOSTILE}
    assert "\x9b" not in shown.out
