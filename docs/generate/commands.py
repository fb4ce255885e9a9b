"""The reference of the command line, from the parsers themselves."""

import argparse
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from docs.generate.markdown import block, code, page, prose, table
from exhubert.cli.arguments.command import Command
from exhubert.cli.arguments.stores import add_store_options


@dataclass(frozen=True)
class Option:
    """An option or an argument of a command: what it was declared as, and under which heading."""

    action: argparse.Action
    group: str


class _Noting(argparse.ArgumentParser):
    """A parser that notes what it is given: argparse has no public way to list it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.noted: list[Option] = []
        super().__init__(*args, **kwargs)

    def add_argument(self, *args: Any, **kwargs: Any) -> argparse.Action:
        action = super().add_argument(*args, **kwargs)
        self.noted.append(Option(action, ""))
        return action

    def add_argument_group(self, *args: Any, **kwargs: Any) -> Any:
        return self._noting(super().add_argument_group(*args, **kwargs))

    def add_mutually_exclusive_group(self, *args: Any, **kwargs: Any) -> Any:
        return self._noting(super().add_mutually_exclusive_group(*args, **kwargs))

    def _noting(self, group: Any) -> Any:
        add = group.add_argument
        title = getattr(group, "title", None) or ""

        def add_and_note(*args: Any, **kwargs: Any) -> argparse.Action:
            action: argparse.Action = add(*args, **kwargs)
            self.noted.append(Option(action, title))
            return action

        group.add_argument = add_and_note
        return group


def options_of(command: Command) -> tuple[str, list[Option]]:
    """The usage line of a command, and its options in the order of ``--help``."""
    parser = _Noting(prog=f"exhubert {command.name}")
    command.add_arguments(parser)
    if command.uses_stores:
        add_store_options(parser)
    shown = [one for one in parser.noted if one.action.help != argparse.SUPPRESS]
    return parser.format_usage(), [
        one for one in shown if "--help" not in one.action.option_strings
    ]


def file_of(command: Command) -> str:
    """File name of a command's page, without folder."""
    return f"{command.name.replace(' ', '_').replace('-', '_')}.md"


def command_page(command: Command) -> str:
    """One command: what it does, how it is called, all that it takes."""
    usage, options = options_of(command)
    groups = dict.fromkeys(one.group for one in options)
    beam = "Options that it does not know go to Beam: [runners](../runners.md)."
    return page(
        f"# exhubert {command.name}",
        f"{prose(command.summary[0].upper() + command.summary[1:])}.",
        *_examples(command.examples),
        "## Usage",
        block(re.sub(r"^(usage: | {7})", "", usage, flags=re.M)),
        *(_group(name, [one for one in options if one.group == name]) for name in groups),
        beam if command.passes_unknown else "",
    )


def command_index(commands: Sequence[Command]) -> str:
    """All commands, in the order of the flow."""
    rows = [[f"[{code(c.name)}]({file_of(c)})", prose(c.summary)] for c in commands]
    return page(
        "# Command line",
        "These pages show what `--help` prints for every command. Exit status: 0 fine, 1 the data "
        "has problems, 2 the command line or a file is wrong "
        "([more](../configuration.md#exit-status)).",
        table(["command", "what it does"], rows),
    )


def _examples(text: str) -> list[str]:
    """Shell lines, which are indented, as a block; what is said beside them as a paragraph."""
    shell = [line.removeprefix("  ") for line in text.splitlines() if line.startswith("  ")]
    told = [line for line in text.splitlines() if not line.startswith("  ")]
    return [block("\n".join(shell), "sh"), prose("\n".join(told))]


def _group(name: str, options: Sequence[Option]) -> str:
    arguments = [one.action for one in options if not one.action.option_strings]
    flags = [one.action for one in options if one.action.option_strings]
    title, _, told = f"{name[:1].upper()}{name[1:]}".removesuffix(")").partition(" (")
    told = f"{told[:1].upper()}{told[1:]}." if told else ""
    return page(
        f"## {prose(title)}" if title else "",
        prose(told),
        page("## Arguments", table(["argument", "meaning"], map(_row, arguments)))
        if arguments
        else "",
        page("" if title else "## Options", table(["option", "meaning"], map(_row, flags)))
        if flags
        else "",
    )


def _row(action: argparse.Action) -> list[str]:
    return [code(_called(action)), _meaning(action)]


def _called(action: argparse.Action) -> str:
    metavar = action.metavar if isinstance(action.metavar, str) else None
    value = metavar or (
        "" if not action.choices else "{" + ",".join(map(str, action.choices)) + "}"
    )
    value = value or action.dest.upper()
    several = "…" if action.nargs in ("*", "+") else ""
    if not action.option_strings:
        return f"{value}{several}"
    takes = "" if action.nargs == 0 else f" {value}{several}"
    return f"{', '.join(action.option_strings)}{takes}"


def _meaning(action: argparse.Action) -> str:
    known = {**vars(action), "prog": "exhubert"}
    text = prose((action.help or "") % known) if action.help else ""
    text = re.sub(r", here \d+", "", text)  # cores of the machine that makes the page
    choices = ", ".join(map(code, action.choices or ())) if action.metavar else ""
    needed = " **Required.**" if action.required and action.option_strings else ""
    return f"{text}{f' ({choices})' if choices else ''}{needed}"
