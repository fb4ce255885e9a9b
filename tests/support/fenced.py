"""What stands in fences on pages of the documentation: lines for a shell, Python, files."""

import re
import shlex
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

HOME = Path(__file__).parents[2]

PAGES = [HOME / "README.md", *sorted((HOME / "docs").glob("*.md"))]

OTHERS = {
    r"make |source |\. ": "sets up a checkout, which whoever runs this has",
    r"python3?\S* -m venv|\S*pip install": "downloads packages; packaging has tests of its own",
    r"gcloud ": "needs an account with Google Cloud",
    r"torchrun ": "several processes: tests/training/finetuning has tests of them",
    r"python -m apache_beam\.": "a server of Beam that waits for jobs",
    r"croissant/bin/": "an environment of its own, with packages from the network",
    r"(find|ffmpeg) ": "a pipe into `exhubert predict`, which has tests",
    r"eval ": "a line of the shell's own file: tests/exhubert/cli/arguments/test_completion.py",
}
"""Lines that begin with another command than exhubert → why they are not run."""

_SHELL = re.compile(r"exhubert\b|" + "|".join(OTHERS))


@dataclass(frozen=True)
class Block:
    """A fenced block.

    Attributes:
        page: File name of its page.
        language: As the fence names it, or empty.
        text: Without the fences and the blanks before them.
    """

    page: str
    language: str
    text: str

    @property
    def is_shell(self) -> bool:
        """Whether its lines are typed into a shell, and it is no tree or drawing."""
        if self.language in {"sh", "bash", "console"}:
            return True
        return not self.language and bool(_SHELL.match(self.text))

    def lines(self) -> list[str]:
        """Its lines, continued ones joined, without comments that stand alone."""
        joined = re.sub(r"\\\n\s*", " ", self.text)
        return [line for line in joined.splitlines() if line and not line.startswith("#")]


def blocks(page: Path) -> Iterator[Block]:
    """The fenced blocks of a page, those in lists and tabs included."""
    found = re.finditer(
        r"^(?P<indent> *)```(?P<language>\w*)[^\n]*\n(?P<text>.*?)^(?P=indent)```$",
        page.read_text(encoding="utf-8"),
        re.M | re.S,
    )
    for block in found:
        yield Block(page.name, block["language"], textwrap.dedent(block["text"]))


def command_lines(page: Path) -> Iterator[str]:
    """Lines that run exhubert, but for those that leave something out by `…`."""
    for block in blocks(page):
        if block.is_shell:
            for line in block.lines():
                if line.startswith("exhubert ") and "…" not in line.split():
                    yield line


def words(line: str) -> list[str]:
    """The words of a shell line up to a redirection, a pipe or a comment, without `exhubert`."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars="|>")
    lexer.whitespace_split = True
    found = list(lexer)
    end = next((i for i, word in enumerate(found) if word in ("|", ">")), len(found))
    return found[1:end]
