"""What a command of ``exhubert`` is."""

import argparse
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Command:
    """One command.

    Attributes:
        name: What the user types; two words (``"corpora list"``) make a sub-command.
        summary: One line for the list of commands.
        examples: Shell lines that ``--help`` ends with.
        add_arguments: Adds the command's options to its parser.
        run: Does the work and returns the exit status: 0 fine, 1 the data has problems. Beside the
            command's own options it is given ``args.main``, to run other commands, and
            ``args.line``, the words of the whole command line.
        passes_unknown: Whether options the parser does not know are handed to ``run`` as
            ``args.unknown`` (Beam pipeline options) instead of being an error.
        uses_stores: Whether a corpus or a dataset that it is given may lie in an object store: it
            then has the options of :mod:`exhubert.cli.arguments.stores`, which need no more of it.
    """

    name: str
    summary: str
    examples: str
    add_arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int]
    passes_unknown: bool = False
    uses_stores: bool = False
