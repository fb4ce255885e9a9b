"""A parser that says what may have been meant by a misspelt command or choice."""

import argparse
import re
from typing import Any, NoReturn, Protocol

from pipeline.common.suggest import suggest


class TakesOptions(Protocol):
    """What an option is added to: a parser or a group of one."""

    def add_argument(self, *names: str, **settings: Any) -> argparse.Action:
        """As argparse's parsers and groups have it."""


class Parser(argparse.ArgumentParser):
    """argparse's, as are the parsers of its commands."""

    def error(self, message: str) -> NoReturn:
        """Ends the program with what is wrong, and what is near to it."""
        super().error(with_suggestion(message))


def with_suggestion(message: str) -> str:
    """A message of argparse, which lists all choices, with the nearest of them named first.

    >>> with_suggestion("argument COMMAND: invalid choice: 'bild' (choose from 'build', 'demo')")
    "argument COMMAND: invalid choice: 'bild'; did you mean 'build'? (choose from 'build', 'demo')"
    """
    found = re.search(r"invalid choice: '([^']*)' \(choose from (.*)\)", message)
    if found is None:
        return message
    choices = [choice.strip(" '") for choice in found[2].split(",")]
    near = suggest(found[1], choices)
    return message[: found.end(1) + 1] + near + message[found.end(1) + 1 :]
