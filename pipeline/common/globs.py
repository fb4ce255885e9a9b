"""Globs: patterns of paths, as specs name audio, tables and archives."""

import re
from collections.abc import Callable, Sequence


def glob_matcher(
    globs: Sequence[str], ignore_case: bool = False
) -> Callable[[str], tuple[int, str] | None]:
    """Matches paths with globs, wherever below the root the tree of the globs begins.

    An archive's own top folders may be there or not: leading folders are skipped, as few as
    possible, until the rest of the path matches.

    Args:
        globs: Patterns of ``*``, ``?``, ``[…]``, ``{a,b}`` and ``**`` (any folders).
        ignore_case: Whether ``a`` also matches ``A``.

    Returns:
        A function from a path to the rank of the first glob that matches and the part of the path
        that matched, or None.

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
    parts = re.findall(r"\*\*/|\*\*|\*|\?|\[!?\]?[^\]]*\]|\{[^{}]*\}|[^*?\[{]+|.", glob)
    wild = {"**/": r"(?:[^/]+/)*", "**": r".*", "*": r"[^/]*", "?": r"[^/]"}
    regex = []
    for part in parts:
        if part in wild:
            regex.append(wild[part])
        elif len(part) > 2 and part[0] == "[":
            body = part[1:-1].replace("\\", r"\\").replace("[", r"\[")
            regex.append(f"[^{body[1:]}]" if body[0] == "!" else f"[{body}]")
        elif len(part) > 2 and part[0] == "{":
            choices = "|".join(_glob_to_regex(choice) for choice in part[1:-1].split(","))
            regex.append(f"(?:{choices})")
        else:
            regex.append(re.escape(part))
    return "".join(regex)
