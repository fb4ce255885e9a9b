"""Words that a command does not know: options that may be Beam's, their values, and mistakes."""

import argparse
import re
from collections.abc import Iterable, Sequence

from pipeline.common.errors import UsageError
from pipeline.common.suggest import nearest


def check_unknown(
    parser: argparse.ArgumentParser, unknown: Sequence[str], passes_options: bool
) -> None:
    """Refuses what is no option, and options where none are passed on.

    Args:
        parser: Of the command.
        unknown: The words that the parser left over.
        passes_options: Whether options that it does not know may be Beam's.

    Raises:
        UsageError: There is such a word.
    """
    if stray := stray_words(unknown):
        chosen = "--corpora" in known_options(parser)
        hint = f"corpora are chosen with --corpora {stray[0]}" if chosen else _see(parser)
        raise UsageError(f"unexpected {stray[0]!r}; {hint}")
    if unknown and not passes_options:
        option = unknown[0].split("=")[0]
        near = suggest_options([option], known_options(parser))
        raise UsageError(f"there is no option {option}{near}; {_see(parser)}")


def stray_words(unknown: Sequence[str]) -> list[str]:
    """Words that are neither an option nor the value that follows one.

    >>> stray_words(["--region", "europe-west1", "--streaming", "extra", "nemo"])
    ['nemo']
    """
    before = ["", *unknown]
    return [
        word
        for word, previous in zip(unknown, before, strict=False)
        if not word.startswith("-") and (not previous.startswith("--") or "=" in previous)
    ]


def suggest_options(options: Iterable[str], known: Iterable[str]) -> str:
    """``; did you mean --…?`` for options that are near to known ones, else nothing.

    Beam writes its options with ``_`` where others have ``-``: no difference is made.
    """
    words = {_plain(option): f"--{option.lstrip('-')}" for option in known}
    near = [nearest(_plain(option), words, cutoff=0.75) for option in options]
    found = [words[word] for word in near if word]
    return f"; did you mean {', '.join(found)}?" if found else ""


def known_options(parser: argparse.ArgumentParser) -> list[str]:
    """Long options of a command, as its usage names them.

    >>> parser = argparse.ArgumentParser()
    >>> _ = parser.add_argument("--data-root", metavar="DIR")
    >>> known_options(parser)
    ['--help', '--data-root']
    """
    return ["--help", *re.findall(r"(?<![\w-])--[a-z][\w-]*", parser.format_usage())]


def _plain(option: str) -> str:
    return option.lstrip("-").replace("-", "_").lower()


def _see(parser: argparse.ArgumentParser) -> str:
    return f"see: {parser.prog} --help"
