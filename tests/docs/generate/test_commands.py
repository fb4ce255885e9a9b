import argparse

import pytest

from docs.generate.commands import command_index, command_page, file_of, options_of
from exhubert.cli.arguments.command import Command
from exhubert.cli.arguments.unknown_options import known_options
from exhubert.cli.main import COMMANDS


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("corpus", metavar="ID", help="id of a corpus")
    where = parser.add_argument_group("where (all of it)")
    where.add_argument("--root", required=True, help="a folder, default: %(default)s")
    one = parser.add_mutually_exclusive_group()
    one.add_argument("--quiet", action="store_true", help="say nothing")
    one.add_argument("--secret", help=argparse.SUPPRESS)


COMMAND = Command(
    "corpora look", "look at one", "  exhubert corpora look x", add_arguments, lambda args: 0
)


def test_a_page_has_all_that_the_parser_has() -> None:
    page = command_page(COMMAND)
    assert page.startswith("# exhubert corpora look\n\nLook at one.\n")
    assert "```sh\nexhubert corpora look x\n```" in page
    assert "| `ID` | id of a corpus |" in page
    assert "## Where\n\nAll of it.\n" in page
    assert "| `--root ROOT` | a folder, default: None **Required.** |" in page
    assert "| `--quiet` | say nothing |" in page
    assert "secret" not in page


def test_files_are_called_like_commands() -> None:
    assert file_of(COMMAND) == "corpora_look.md"
    assert len({file_of(command) for command in COMMANDS}) == len(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_every_option_of_every_command_is_told(command: Command) -> None:
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    _, options = options_of(command)
    told = {name for one in options for name in one.action.option_strings}
    assert set(known_options(parser)) - {"--help"} <= told
    page = command_page(command)
    assert all(f"{name}" in page for name in told)


def test_the_index_has_a_line_for_every_command() -> None:
    index = command_index(COMMANDS)
    assert all(f"[`{c.name}`]({file_of(c)})" in index for c in COMMANDS)
