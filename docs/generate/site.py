"""What mkdocs asks while it builds: generated pages, and their places in the navigation."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from griffe import Extension, Object
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

from docs.generate.pages import generated_pages
from docs.generate.python_api import from_rest

_SHORTEST = 2
"""Characters of a name before its first comma that say too little alone, as in "Hi, KIA"."""


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Adds the generated pages to those that are written, and lists them in the navigation."""
    pages = generated_pages()
    for path, text in pages.items():
        files.append(File.generated(config, path, content=text))
    if config.nav:
        config.nav = [fill(entry, pages) for entry in config.nav]
    return files


def fill(entry: Any, pages: Mapping[str, str]) -> Any:
    """An entry of the navigation, with ``folder/*`` replaced by the pages of that folder."""
    if isinstance(entry, dict):
        return {title: fill(below, pages) for title, below in entry.items()}
    if not isinstance(entry, list):
        return entry
    filled: list[Any] = []
    named = set(_paths(entry))
    for one in entry:
        if isinstance(one, str) and one.endswith("/*"):
            rest = [p for p in pages if p.startswith(one[:-1]) and p not in named]
            short = Counter(_short(_heading(pages[p])) for p in rest)
            filled += sorted(
                ({_title(pages[p], short): p} for p in rest), key=lambda e: next(iter(e)).lower()
            )
        else:
            filled.append(fill(one, pages))
    return filled


def _title(text: str, known: Mapping[str, int]) -> str:
    """The heading of a page, as short as it can be and still say which page is meant."""
    heading = _heading(text)
    short = _short(heading)
    return short if len(short) > _SHORTEST and known[short] == 1 else heading


def _heading(text: str) -> str:
    line = text.partition("\n")[0].removeprefix("# ").removeprefix("exhubert ")
    return re.sub(r"\\(.)", r"\1", line)


def _short(heading: str) -> str:
    return heading.partition(", ")[0]


def _paths(entry: Any) -> Iterable[str]:
    if isinstance(entry, str):
        yield entry
    for below in (
        entry.values() if isinstance(entry, dict) else entry if isinstance(entry, list) else []
    ):
        yield from _paths(below)


class Docstrings(Extension):
    """Docstrings are written for ``help()``; the site reads Markdown."""

    def on_object(self, *, obj: Object, **_: Any) -> None:
        """Turns the docstring of one object into Markdown."""
        if obj.docstring:
            obj.docstring.value = from_rest(obj.docstring.value)
