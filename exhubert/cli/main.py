"""The ``exhubert`` command: finds the command that is meant, runs it, prints its errors."""

import argparse
import contextlib
import os
import sys
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version

from exhubert.cli.arguments.command import Command
from exhubert.cli.arguments.completion import answer, asked_for_completions
from exhubert.cli.arguments.parser import Parser
from exhubert.cli.arguments.spelling import as_written, respell
from exhubert.cli.arguments.stores import add_store_options, read_store_options
from exhubert.cli.arguments.unknown_options import check_unknown, known_options, suggest_options
from exhubert.cli.commands import (
    benchmark,
    build,
    check,
    compare,
    completion,
    corpora,
    corpora_get,
    diff,
    doctor,
    duplicates,
    export,
    own_specs,
    predict,
    protocols,
    publish,
    relabel,
    report,
    shortcuts,
    show,
    verify,
)
from exhubert.cli.commands import cross_corpus as matrix
from exhubert.cli.commands import demo as demonstration
from exhubert.cli.commands import evaluate as evaluation
from exhubert.cli.commands import train as model
from exhubert.cli.output.os_errors import describe_failure
from pipeline.common.errors import ExhubertError, StoppedError, UnknownOptionError, UsageError
from pipeline.common.extras import missing_package
from pipeline.common.untrusted_text import printable
from pipeline.storage import StoreOptions, configure_stores

COMMANDS: list[Command] = [
    *corpora.COMMANDS,
    *corpora_get.COMMANDS,
    *own_specs.COMMANDS,
    *check.COMMANDS,
    *build.COMMANDS,
    *relabel.COMMANDS,
    *duplicates.COMMANDS,
    *shortcuts.COMMANDS,
    *protocols.COMMANDS,
    *report.COMMANDS,
    *show.COMMANDS,
    *diff.COMMANDS,
    *verify.COMMANDS,
    *model.COMMANDS,
    *evaluation.COMMANDS,
    *compare.COMMANDS,
    *benchmark.COMMANDS,
    *matrix.COMMANDS,
    *predict.COMMANDS,
    *export.COMMANDS,
    *publish.COMMANDS,
    *demonstration.COMMANDS,
    *doctor.COMMANDS,
    *completion.COMMANDS,
]
"""All commands, in the order of the flow."""


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command and returns its exit status (2 for usage and configuration errors)."""
    # Before torch is loaded: threads that wait by spinning make training many times slower on a
    # machine with other work.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    if asked_for_completions():
        answer(build_parser())
    line = list(sys.argv[1:] if argv is None else argv)
    try:
        args = _parse(line)
        command: Command | None = args.command
        if command is None:
            args.parser.print_help()
            return 2
        check_unknown(args.parser, args.unknown, command.passes_unknown)
        configure_stores(read_store_options(args) if command.uses_stores else StoreOptions())
        status = command.run(args)
        sys.stdout.flush()  # here, where it is no surprise that nobody reads it any more
    except UnknownOptionError as error:
        known = [*error.known, *known_options(args.parser)]
        hint = suggest_options(error.unknown, known) or _who_has(error.unknown)
        return _fail(as_written(str(error), error.unknown, line) + hint, error.exit_status)
    except ExhubertError as error:
        return _fail(str(error), error.exit_status)
    except KeyboardInterrupt:
        return _fail("interrupted", StoppedError.exit_status)
    except BrokenPipeError:
        with contextlib.suppress(OSError):  # a stdout that is no file
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except ModuleNotFoundError as error:
        if (message := missing_package(error)) is None:
            raise
        return _fail(message, UsageError.exit_status)
    except OSError as error:
        if (failure := describe_failure(error)) is None:
            raise
        return _fail(failure, 2)
    return status


def _parse(line: Sequence[str]) -> argparse.Namespace:
    """The parsed command line; its ``command`` is None where it names none."""
    parser = build_parser()
    args, unknown = parser.parse_known_args(line)
    if args.command is not None:
        passes = args.command.passes_unknown
        respelt = respell(line, unknown, known_options(args.parser), passes)
        args, unknown = parser.parse_known_args(respelt)
    args.unknown, args.main, args.line = unknown, main, ["exhubert", *line]
    return args


def _who_has(options: Sequence[str]) -> str:
    """``; exhubert check has it``: other commands that have the first of some options."""
    option = f"--{options[0]}".replace("_", "-")
    having = []
    for command in COMMANDS:
        parser = argparse.ArgumentParser()
        command.add_arguments(parser)
        having += [f"exhubert {command.name}"] * (option in known_options(parser))
    return f"; {', '.join(having)} {'have' if having[1:] else 'has'} it" if having else ""


def build_parser() -> argparse.ArgumentParser:
    """The parser of all commands."""
    parser = Parser(
        prog="exhubert",
        description="Assemble speech-emotion corpora, and train ExHuBERT on them.",
    )
    parser.add_argument("--version", action="version", version=f"exhubert {_version()}")
    parser.set_defaults(command=None, parser=parser)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    groups = {}
    for command in COMMANDS:
        *group, name = command.name.split()
        if group and group[0] not in groups:
            words = [c.name.split()[1] for c in COMMANDS if c.name.split()[0] == group[0]]
            group_parser = commands.add_parser(group[0], help=f"{', '.join(words)}: the {group[0]}")
            group_parser.set_defaults(parser=group_parser)
            groups[group[0]] = group_parser.add_subparsers(title="commands", metavar="COMMAND")
        command_parser = (groups[group[0]] if group else commands).add_parser(
            name,
            help=command.summary,
            description=f"{command.summary[0].upper()}{command.summary[1:]}.",
            epilog=f"examples:\n{command.examples.rstrip()}",
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=not command.passes_unknown,  # what looks like ours may be Beam's
        )
        command.add_arguments(command_parser)
        if command.uses_stores:
            add_store_options(command_parser)
        command_parser.set_defaults(command=command, parser=command_parser)
    return parser


def _fail(message: str, status: int) -> int:
    print(f"error: {printable(message)}", file=sys.stderr)
    return status


def _version() -> str:
    try:
        return version("exhubert")
    except PackageNotFoundError:
        return "(not installed)"
