"""Options spelt with - for _ or _ for -: taken as what they mean, on every command.

Ours have -, Beam's have _. Beam discards an option that it does not know by its very spelling, so
that ``--temp-location`` would be lost.
"""

import re
from collections.abc import Sequence

BEAM_WITH_UNDERSCORE = "--dry_run"
"""An option of Beam's which differs from one of ours (``build --dry-run``) by its spelling only."""

BEAM_WITH_HYPHENS = "--job-server-timeout"
"""The one option that Beam spells with hyphens."""


def respell(
    line: Sequence[str], unknown: Sequence[str], known: Sequence[str], passes_unknown: bool
) -> list[str]:
    """A command line whose unknown options are spelt as ours, or else as Beam's.

    >>> respell(["--allow_partial"], ["--allow_partial"], ["--allow-partial"], False)
    ['--allow-partial']
    >>> respell(["--temp-location=x"], ["--temp-location=x"], ["--data-root"], True)
    ['--temp_location=x']

    Args:
        line: The words of the command line.
        unknown: Those that the command's parser left over.
        known: The command's options.
        passes_unknown: Whether what is unknown may be Beam's.
    """
    meant = {_plain(option): option for option in known}
    if passes_unknown:
        meant.pop(_plain(BEAM_WITH_UNDERSCORE), None)
        meant[_plain(BEAM_WITH_HYPHENS)] = BEAM_WITH_HYPHENS

    def spell(word: str) -> str:
        if word not in unknown or not re.match(r"--\w", word):
            return word
        option, equals, value = word.partition("=")
        ours = meant.get(_plain(option))
        if ours is None and not passes_unknown:
            return word
        return (ours or f"--{_plain(option)}") + equals + value

    return [spell(word) for word in line]


def as_written(message: str, options: Sequence[str], line: Sequence[str]) -> str:
    """A message in which options are spelt as the user wrote them.

    >>> as_written("no option --allow_partial", ["allow_partial"], ["build", "--allow-partial"])
    'no option --allow-partial'
    """
    written = {_plain(word.partition("=")[0]): word.partition("=")[0] for word in line}
    for option in options:
        message = message.replace(f"--{option}", written.get(_plain(option), f"--{option}"))
    return message


def _plain(option: str) -> str:
    return option.removeprefix("--").replace("-", "_")
