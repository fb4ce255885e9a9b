"""Every `exhubert …` line of the documentation is one that the command line takes."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from exhubert.cli.main import build_parser

HOME = Path(__file__).parents[2]
PAGES = [HOME / "README.md", *sorted((HOME / "docs").glob("*.md"))]


def command_lines(text: str) -> Iterator[str]:
    """Lines in fenced blocks that begin with `exhubert` and leave out nothing by `…`."""
    for language, body in re.findall(r"^```(\w*)\n(.*?)^```$", text, re.M | re.S):
        if language not in ("", "sh", "bash"):
            continue
        for line in re.sub(r"\\\n\s*", " ", body).splitlines():
            if line.startswith("exhubert ") and "…" not in line.split():
                yield line


def words(line: str) -> list[str]:
    """The words of a shell line up to a redirection, a pipe or a comment, without `exhubert`."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars="|>")
    lexer.whitespace_split = True
    found = list(lexer)
    end = next((i for i, word in enumerate(found) if word in ("|", ">")), len(found))
    return found[1:end]


LINES = {
    f"{page.name}: {line}": line
    for page in PAGES
    for line in command_lines(page.read_text(encoding="utf-8"))
}


def test_lines_are_found() -> None:
    assert len(LINES) > 50
    assert words("exhubert predict a.wav --json > x.jsonl  # why") == ["predict", "a.wav", "--json"]


@pytest.mark.parametrize("line", LINES.values(), ids=LINES.keys())
def test_the_command_line_takes_it(line: str) -> None:
    args, unknown = build_parser().parse_known_args(words(line))
    assert args.command is not None
    if not args.command.passes_unknown:
        assert unknown == []
