"""Tab completion in bash, zsh and fish, by argcomplete.

The shell runs ``exhubert`` itself at every Tab, so corpora, collections, recipes and their keys are
those of the installed release, and nothing that was written once goes stale.
"""

import argparse
import os
from collections.abc import Callable, Iterable
from typing import Any

import argcomplete
from argcomplete.completers import BaseCompleter, DirectoriesCompleter, FilesCompleter
from argcomplete.shell_integration import shellcode

from pipeline.schema.record import SPLITS
from pipeline.specs.collections import SIGN, load_collections
from pipeline.specs.shipped import builtin_ids

SHELLS = ("bash", "zsh", "fish")

_WORD_BREAKS = "_ARGCOMPLETE_COMP_WORDBREAKS"
"""Where argcomplete reads at which signs Bash ends a word."""

_LABEL_SETS = "data.label_set"
"""The key of recipes whose values ``--labels`` takes, too."""


def asked_for_completions() -> bool:
    """Whether a shell asks for completions, which it says in the environment."""
    return "_ARGCOMPLETE" in os.environ


def answer(parser: argparse.ArgumentParser) -> None:
    """Tells the shell that asks what may come next, and ends the process."""
    # Bash ends words at @, yet hands on what is completed with it (readline's "special prefixes").
    os.environ[_WORD_BREAKS] = os.environ.get(_WORD_BREAKS, "").replace(SIGN, "")
    argcomplete.autocomplete(
        parser,
        always_complete_options=False,  # options once a hyphen is typed, values before
        default_completer=_Values(),
    )


def shell_script(shell: str) -> str:
    """What a shell reads to complete ``exhubert``: one of :data:`SHELLS`."""
    return shellcode(["exhubert"], shell=shell)


class _Values(BaseCompleter):
    """Completes the values of options and arguments that have no list of choices."""

    def __call__(self, *, prefix: str, action: argparse.Action, **_: Any) -> Iterable[str]:
        return values_of(action, prefix)


def values_of(action: argparse.Action, prefix: str) -> Iterable[str]:
    """What may be given for an option or argument.

    Args:
        action: The option; told apart by its name, or else by what its help calls its value.
        prefix: What is typed already; folders and files are looked for by it.
    """
    complete = _BY_NAME.get(action.dest)
    if complete is None and isinstance(action.metavar, str):
        complete = _BY_VALUE.get(action.metavar.strip("…"))
    return complete(prefix) if complete else []


def recipe_settings(prefix: str) -> list[str]:
    """Keys of recipes, each with its ``=``; behind it, the values that a key has a list of."""
    from training.config.recipe import known_keys, known_values

    key, equals, _ = prefix.partition("=")
    if not equals:
        return [f"{one}=" for one in known_keys()]
    return [f"{key}={value}" for value in known_values(key)]


def _corpora(prefix: str) -> list[str]:
    return [*builtin_ids(), *(SIGN + name for name in load_collections())]


def _corpora_or_files(prefix: str) -> list[str]:
    return [*_corpora(prefix), *_files(prefix)]


def _roots(prefix: str) -> list[str]:
    corpus, equals, folder = prefix.partition("=")
    if not equals:
        return [f"{one}=" for one in builtin_ids()]
    return [f"{corpus}={one}" for one in _folders(folder)]


def _collections(prefix: str) -> list[str]:
    return list(load_collections())


def _recipes(prefix: str) -> list[str]:
    from training.config.recipe import CONFIGS

    return [*sorted(file.stem for file in CONFIGS.glob("*.yaml")), *_files(prefix)]


def _label_sets(prefix: str) -> list[str]:
    from training.config.recipe import known_values

    return [*known_values(_LABEL_SETS), *_files(prefix)]


def _splits(prefix: str) -> list[str]:
    return [*SPLITS, "all"]


def _folders(prefix: str) -> list[str]:
    return list(DirectoriesCompleter()(prefix=prefix))


def _files(prefix: str) -> list[str]:
    return list(FilesCompleter()(prefix=prefix))


_BY_NAME: dict[str, Callable[[str], list[str]]] = {
    "collection": _collections,
    "config": _recipes,
    "corpus": _corpora_or_files,
    "labels": _label_sets,
    "split": _splits,
}
"""Name of an option, where its value is called as others' are."""

_BY_VALUE: dict[str, Callable[[str], list[str]]] = {
    "A": _folders,
    "B": _folders,
    "DATASET": _folders,
    "DIR": _folders,
    "DIR|NAME": _folders,
    "FILE": _files,
    "FILE.json": _files,
    "FILE.onnx": _files,
    "ID": _corpora,
    "ID=DIR": _roots,
    "NAME|PATH": _files,
    "key=value": recipe_settings,
}
"""What the help calls a value → what it may be."""
