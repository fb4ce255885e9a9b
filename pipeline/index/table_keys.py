"""Keys of table rows: file names as tables of any system write them, made comparable."""

import re
from collections.abc import Iterator
from itertools import product

_ABSOLUTE = re.compile(r"(?:file://)?(?:[A-Za-z]:/|/)")


def comparable_key(value: str) -> str:
    r"""A key with ``/`` between folders, as on Windows it is ``\``, and without ``./``.

    >>> comparable_key(".\\wav\\c1.wav"), comparable_key("03a01Wa")
    ('wav/c1.wav', '03a01Wa')
    """
    if "\\" in value:
        value = value.replace("\\", "/")
    while value.startswith("./"):
        value = value[2:].lstrip("/")
    return value


def key_tails(key: tuple[str | None, ...]) -> Iterator[tuple[str | None, ...]]:
    """Keys by which a row with an absolute path is found, too: every end of the path.

    >>> list(key_tails(("/home/me/wav/c1.wav",)))
    [('home/me/wav/c1.wav',), ('me/wav/c1.wav',), ('wav/c1.wav',), ('c1.wav',)]
    """
    if any(value is not None and _ABSOLUTE.match(value) for value in key):
        found = iter(product(*([value, *_tails(value)] for value in key)))
        next(found)  # the key itself
        yield from found


def _tails(value: str | None) -> Iterator[str]:
    if value is not None and (absolute := _ABSOLUTE.match(value)):
        rest = value[absolute.end() :]
        while rest:
            yield rest
            rest = rest.partition("/")[2].lstrip("/")
