"""Names of clips in published lists: written short with braces, and found again in a dataset."""

from collections.abc import Iterable, Mapping

_MOST_NAMES = 1_000_000
_DEEPEST = 100


def expand_names(text: str) -> list[str]:
    """Names that a list with braces stands for: one expression a line, as shells write them.

    Args:
        text: Lines like ``1001_{DFA_{HAP,SAD},IEO_ANG}``; a name holds no brace, comma or line end.

    Raises:
        ValueError: A brace is not closed, closed twice, or too many names come of it.

    >>> expand_names("1001_{DFA_{HAP,SAD},IEO_ANG}")
    ['1001_DFA_HAP', '1001_DFA_SAD', '1001_IEO_ANG']
    """
    names: list[str] = []
    for line in filter(None, map(str.strip, text.splitlines())):
        expanded, end = _alternatives(line, 0, 0)
        if end < len(line):
            raise ValueError(f"a brace is closed that was not opened, or a comma: {line[:60]!r}")
        names += expanded
        if len(names) > _MOST_NAMES:
            raise ValueError(f"more than {_MOST_NAMES:,} names")
    return names


def find_clips_by_name(
    names: Iterable[str], ids: Iterable[str], speakers: Iterable[str | None]
) -> Mapping[str, str]:
    """Finds clips by names that end as their ids do.

    A name is the end of a path without suffix (``wav/03a01Fa``, or ``03a01Fa`` alone where that
    is enough), behind its speaker and a colon where others have clips of that name
    (``bea:amused_1-15_0003``), and before ``#`` and its start in seconds if it is a segment
    (``angry#5.94``).

    Args:
        names: Names, as published.
        ids: Ids of the corpus's utterances.
        speakers: Speakers of the same utterances, without their namespace.

    Returns:
        Name → id; names that no clip or several have are left out.
    """
    by_stem: dict[str, list[tuple[str, str | None]]] = {}
    for one, speaker in zip(ids, speakers, strict=True):
        by_stem.setdefault(_stem(_without_end(one)), []).append((one, speaker))
    found = {}
    for name in names:
        who, _, path = name.rpartition(":")
        alike = [
            one
            for one, speaker in by_stem.get(_stem(path), [])
            if (not who or speaker == who) and f"/{_without_end(one)}".endswith(f"/{path}")
        ]
        if len(alike) == 1:
            found[name] = alike[0]
    return found


def _without_end(clip: str) -> str:
    """The id with the start of a segment only: that alone is in published lists."""
    path, hash_sign, times = clip.rpartition("#")
    return f"{path}#{times.partition('-')[0]}" if hash_sign else clip


def _stem(name: str) -> str:
    return name.rpartition("/")[2]


def _alternatives(text: str, start: int, depth: int) -> tuple[list[str], int]:
    """Names of one level from ``start`` on, and where it ends: at its brace or at the end."""
    if depth > _DEEPEST:
        raise ValueError("braces in too many levels")
    names: list[str] = []
    current, position = [""], start
    while position < len(text):
        sign = text[position]
        if sign == "{":
            inner, position = _alternatives(text, position + 1, depth + 1)
            if position >= len(text):
                raise ValueError(f"a brace is not closed: {text[:60]!r}")
            current = [begun + one for begun in current for one in inner]
            if len(current) > _MOST_NAMES:
                raise ValueError(f"more than {_MOST_NAMES:,} names")
        elif sign == "}" or (sign == "," and not depth):
            break
        elif sign == ",":
            names += current
            current = [""]
        else:
            end = next((i for i in range(position, len(text)) if text[i] in "{},"), len(text))
            current = [begun + text[position:end] for begun in current]
            position = end - 1
        position += 1
    return names + current, position
