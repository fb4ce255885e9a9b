"""The ``exhubert`` command: parses, dispatches, prints errors; every room adds its own commands."""

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import entry_points

from pipeline.errors import ExhubertError


@dataclass(frozen=True)
class Command:
    """One command of ``exhubert``.

    Attributes:
        name: What the user types; two words (``"corpora list"``) make a sub-command.
        summary: One line for the list of commands.
        examples: Shell lines that ``--help`` ends with.
        add_arguments: Adds the command's options to its parser.
        run: Does the work and returns the exit status: 0 fine, 1 the data has problems.
        passes_unknown: Whether options the parser does not know are handed to ``run`` as
            ``args.unknown`` (Beam pipeline options) instead of being an error.
    """

    name: str
    summary: str
    examples: str
    add_arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int]
    passes_unknown: bool = False


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command and returns its exit status (2 for usage and configuration errors)."""
    parser = build_parser()
    args, unknown = parser.parse_known_args(argv)
    command: Command | None = getattr(args, "command", None)
    if command is None:
        getattr(args, "parser", parser).print_help()
        return 2
    if unknown and not command.passes_unknown:
        parser.error(
            f"unrecognized arguments: {' '.join(unknown)} (see: exhubert {command.name} -h)"
        )
    args.unknown = unknown
    try:
        return command.run(args)
    except ExhubertError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_status
    except BrokenPipeError:
        return 0


def build_parser() -> argparse.ArgumentParser:
    """The parser of all commands that the installed rooms offer."""
    parser = argparse.ArgumentParser(
        prog="exhubert",
        description="Assemble speech-emotion corpora, and train ExHuBERT on them.",
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    groups: dict[str, argparse._SubParsersAction[argparse.ArgumentParser]] = {}
    for command in load_commands():
        parent = commands
        *group, name = command.name.split()
        if group:
            if group[0] not in groups:
                group_parser = commands.add_parser(group[0], help=f"list, show, … {group[0]}")
                group_parser.set_defaults(parser=group_parser)
                groups[group[0]] = group_parser.add_subparsers(metavar="COMMAND")
            parent = groups[group[0]]
        command_parser = parent.add_parser(
            name,
            help=command.summary,
            description=command.summary,
            epilog=f"examples:\n{command.examples.rstrip()}",
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        command.add_arguments(command_parser)
        command_parser.set_defaults(command=command)
    return parser


def load_commands() -> list[Command]:
    """The commands of every installed room, in the order of the rooms' names in the flow."""
    order = {"pipeline": 0, "training": 1, "demo": 2}
    rooms = sorted(
        entry_points(group="exhubert.commands"), key=lambda room: order.get(room.name, len(order))
    )
    return [command for room in rooms for command in room.load()]


if __name__ == "__main__":
    sys.exit(main())
