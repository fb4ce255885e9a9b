"""``exhubert completion``: what a shell reads to complete the command line."""

import argparse

from exhubert.cli.arguments.command import Command
from exhubert.cli.arguments.completion import SHELLS, shell_script


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("shell", choices=SHELLS, help="the shell that will read it")


def _run(args: argparse.Namespace) -> int:
    print(shell_script(args.shell), end="")
    return 0


COMMANDS = [
    Command(
        name="completion",
        summary="print what bash, zsh or fish reads to complete command lines",
        examples="""\
  eval "$(exhubert completion bash)"     # in ~/.bashrc
  eval "$(exhubert completion zsh)"      # in ~/.zshrc, after compinit
  exhubert completion fish > ~/.config/fish/completions/exhubert.fish
""",
        add_arguments=_add_arguments,
        run=_run,
    )
]
