"""Globs: patterns of paths, as specs name audio, tables and archives."""

import math
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import product

_LONGEST = 1_000
"""Characters of a glob."""

_MOST_ALTERNATIVES = 1_000
"""Globs that the ``{a,b}`` of one come to when written out."""

_MOST_UNALIGNED = 3
"""Stars of a name that holds ``**`` beside other signs: they can't be matched one by one."""

_CLASS = r"\[[!^]?+(?:\][^\]]*|[^\]]+)\]"
"""``[…]``; a ``]`` that comes first stands for itself."""

_TOKENS = re.compile(rf"\*\*/|\*\*|\*|\?|{_CLASS}|/|[^*?\[/]+|.", re.DOTALL)
_WILD = {"**/": r"(?:[^/]+/)*", "**": r".*", "*": r"[^/]*"}


def glob_matcher(
    globs: Sequence[str], ignore_case: bool = False
) -> Callable[[str], tuple[int, str] | None]:
    """Matches paths with globs, wherever below the root the tree of the globs begins.

    An archive's own top folders may be there or not: leading folders are skipped, as few as
    possible, until the rest of the path matches.

    Args:
        globs: Patterns of ``*``, ``?``, ``[…]``, ``[!…]`` (also written ``[^…]``), ``{a,b}`` and
            ``**`` (any folders).
        ignore_case: Whether ``a`` also matches ``A``.

    Returns:
        A function from a path to the rank of the first glob that matches and the part of the path
        that matched, or None.

    Raises:
        ValueError: A glob is too long, or has too many alternatives or stars, or braces inside
            braces.
        re.error: A range of it is none, such as ``[z-a]``.

    >>> match = glob_matcher(["wav/*.wav"])
    >>> match("download/wav/03a01Fa.wav")
    (0, 'wav/03a01Fa.wav')
    >>> match("wav/03a01Fa.txt") is None
    True
    """
    flags = re.IGNORECASE if ignore_case else 0
    patterns = [re.compile(rf"(?:[^/]+/)*?({_glob_to_regex(glob)})", flags) for glob in globs]

    def match(path: str) -> tuple[int, str] | None:
        for rank, pattern in enumerate(patterns):
            if found := pattern.fullmatch(path):
                return rank, found[1]
        return None

    return match


def _glob_to_regex(glob: str) -> str:
    """A regular expression that never takes long, whatever the glob and the path.

    Stars do not backtrack: matching the text between two of them at its first position leaves most
    of the path to later stars, so atomic groups lose no match.
    """
    if len(glob) > _LONGEST:
        raise ValueError(f"a glob of {len(glob):,} characters, expected {_LONGEST:,} or fewer")
    return "|".join(dict.fromkeys(map(_without_braces, _expand(glob))))


def _expand(glob: str) -> Iterator[str]:
    """The glob for every choice of its ``{a,b}``, in the order in which they are written."""
    parts = re.split(rf"({_CLASS}|\{{[^{{}}]*\}})", glob)
    choices = [
        part[1:-1].split(",") if len(part) > 2 and part[0] == "{" and part[-1] == "}" else [part]
        for part in parts
    ]
    if re.search(r"\{[^{}]*\}", "".join(parts[::2])):  # what stands outside of the inner ones
        raise ValueError(f"braces inside braces in {glob!r}: name each choice in one pair of them")
    if math.prod(map(len, choices)) > _MOST_ALTERNATIVES:
        raise ValueError(f"more than {_MOST_ALTERNATIVES:,} alternatives in the braces of {glob!r}")
    return map(_join, product(*choices))


def _join(parts: Iterable[str]) -> str:
    """Parts of a glob as one; two stars that meet between them are one, not ``**``."""
    glob = ""
    for part in parts:
        meet = glob.endswith("*") and part.startswith("*") and not part.startswith("**")
        glob += part[1:] if meet else part
    return glob


def _without_braces(glob: str) -> str:
    """Runs of folders between ``**/``, each found at the first position where it fits."""
    runs: list[list[list[str]]] = [[[]]]
    for token in _TOKENS.findall(glob):
        if token == "/":
            runs[-1].append([])
        elif token == "**/" and not runs[-1][-1]:  # whole folders
            runs.append([[]])
        else:
            runs[-1][-1].append(token)
    first, *others = ["/".join(map(_name, run)) for run in runs]
    if not others:
        return first
    inner = "".join(rf"(?>(?:[^/]+/)*?{run})" for run in others[:-1] if run)
    return rf"{first}{inner}(?:[^/]+/)*{others[-1]}"


def _name(tokens: Sequence[str]) -> str:
    """One folder or file name, to its end."""
    if any(token.startswith("**") for token in tokens):
        wild = [token for token in tokens if token.startswith("*")]
        if len(wild) > _MOST_UNALIGNED:
            raise ValueError(f"too many stars beside `**`; put `/` around it: {''.join(tokens)!r}")
        return "".join(_WILD.get(token) or _sign(token) for token in tokens)
    pieces = [""]
    for token in tokens:
        if token == "*":
            pieces.append("")
        else:
            pieces[-1] += _sign(token)
    head, *middle = pieces
    if not middle:
        return head
    last = middle.pop()
    between = "".join(f"(?>[^/]*?{piece})" for piece in middle if piece)
    return rf"(?>{head}{between}[^/]*{last}(?![^/]))"


def _sign(token: str) -> str:
    """A literal, ``?`` or a class as a regular expression; none of them matches a ``/``."""
    if token == "?":
        return "[^/]"
    if len(token) > 2 and token[0] == "[":
        negated = token[1] in "!^"
        return f"(?!/)[{'^' * negated}{_members(token[1 + negated : -1])}]"
    return re.escape(token)


def _members(text: str) -> str:
    """Signs and ranges of a class, each sign as itself."""
    found = re.finditer(r"(.)-(.)|(.)", text, re.DOTALL)
    return "".join(
        re.escape(one[3]) if one[3] else f"{re.escape(one[1])}-{re.escape(one[2])}" for one in found
    )
