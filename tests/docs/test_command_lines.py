"""Every line for a shell is one that the command line takes, or another command's, and known."""

import re

import pytest

from exhubert.cli.main import build_parser
from tests.support.fenced import OTHERS, PAGES, blocks, command_lines, words

LINES = {f"{page.name}: {line}": line for page in PAGES for line in command_lines(page)}

LANGUAGES = {"", "sh", "python", "yaml", "toml", "text"}


def test_lines_are_found() -> None:
    assert len(LINES) > 80
    assert words("exhubert predict a.wav --json > x.jsonl  # why") == ["predict", "a.wav", "--json"]


@pytest.mark.parametrize("line", LINES.values(), ids=LINES.keys())
def test_the_command_line_takes_it(line: str) -> None:
    args, unknown = build_parser().parse_known_args(words(line))
    assert args.command is not None
    if not args.command.passes_unknown:
        assert unknown == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_other_lines_are_known_and_so_is_why_they_are_not_run(page) -> None:
    for block in blocks(page):
        assert block.language in LANGUAGES, block
        for line in block.lines() if block.is_shell else ():
            known = line.startswith("exhubert ") or any(re.match(one, line) for one in OTHERS)
            assert known, line
