"""Names of clips inside files that hold many: as those of files, wherever they come from."""

import re
import string
from collections.abc import Mapping
from functools import cache

from pipeline.common.spelling import compose
from pipeline.sources.listing import storable_name

_LONGEST_NAME = 2_000  # characters
_SHOWN = 100  # characters of either end of a longer one


def clip_name(name: str) -> tuple[str, str | None]:
    """Path of a clip below the file that holds it, and what is wrong with its name.

    >>> clip_name("./wav//03a01Fa.wav")
    ('wav/03a01Fa.wav', None)
    """
    problem = None
    parts = [part for part in name.split("/") if part not in {"", "."}]
    if name.startswith("/") or re.match(r"[A-Za-z]:[/\\]", name) or ".." in parts:
        problem = f"its name {name!r} leads out of the archive"
    path = "/".join(parts)
    if not path:
        return "_", "it has no name"
    if len(path) > _LONGEST_NAME:
        problem = f"its name has {len(path):,} characters, more than any file's"
        path = f"{path[:_SHOWN]}…{path[-_SHOWN:]}"
    written, unwritable = storable_name(path)
    return written, problem or unwritable


def template_text(template: str, columns: Mapping[str, str]) -> str:
    """A template with columns filled in; those that a row lacks come to nothing."""
    parts = _parse(template)
    return compose("".join([text + columns.get(name, "") for text, name in parts]))


@cache
def _parse(template: str) -> tuple[tuple[str, str], ...]:
    parsed = string.Formatter().parse(template)
    return tuple((text, name or "") for text, name, _, _ in parsed)
