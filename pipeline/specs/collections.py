"""Collections: lists of corpora under one name, as ``corpora_specs/collections.yaml`` states them.

``@emobox`` stands for a collection wherever corpora are named.
"""

from collections.abc import Collection as Names
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Annotated

from pydantic import BeforeValidator, RootModel

from pipeline.common.errors import UsageError
from pipeline.common.spec_model import SpecModel
from pipeline.common.suggest import suggest
from pipeline.specs.shipped import SHIPPED_SPECS
from pipeline.specs.yaml_reader import load_yaml

SIGN = "@"
"""Before the name of a collection."""


def _split_words(value: object) -> object:
    return value.split() if isinstance(value, str) else value


class Collection(SpecModel):
    """One collection: its name, who made it, and its corpora."""

    name: str
    source: str
    note: str | None = None
    corpora: Annotated[list[str], BeforeValidator(_split_words)]


class _Collections(RootModel[dict[str, Collection]]):
    """The whole file: name → collection."""


@dataclass(frozen=True)
class ChosenCorpora:
    """Corpora that names and collections stand for.

    Attributes:
        corpora: Ids, in the order in which they were named, each once.
        named: Corpora that were named themselves, not by a collection.
        lacking: Collection → its corpora that are not there.
    """

    corpora: list[str]
    named: list[str]
    lacking: dict[str, list[str]]


@cache
def load_collections() -> dict[str, Collection]:
    """The shipped collections, by name."""
    return load_yaml(SHIPPED_SPECS / "collections.yaml", _Collections).root


def find_collection(name: str) -> Collection:
    """A collection by its name, with or without the sign.

    Raises:
        UsageError: There is none.
    """
    known = load_collections()
    bare = name.removeprefix(SIGN).lower()
    if bare not in known:
        listed = ", ".join(SIGN + one for one in known)
        hint = suggest(bare, known, otherwise="")
        raise UsageError(f"no collection called {SIGN}{bare}{hint}; there are {listed}")
    return known[bare]


def choose_corpora(names: Iterable[str], there: Names[str]) -> ChosenCorpora:
    """Corpora that names stand for; ``@emobox`` is a collection.

    Args:
        names: Names of corpora and collections.
        there: Corpora that there are; members of collections that are not are passed over.

    Raises:
        UsageError: There is no such collection, or none of its corpora is there.
    """
    corpora: list[str] = []
    named: list[str] = []
    lacking: dict[str, list[str]] = {}
    for name in names:
        if not name.startswith(SIGN):
            named.append(name)
            corpora.append(name)
            continue
        members = find_collection(name).corpora
        present = [corpus for corpus in members if corpus in there]
        if not present:
            raise UsageError(f"{name}: none of its corpora is there: {', '.join(members)}")
        corpora += present
        if absent := [corpus for corpus in members if corpus not in there]:
            lacking[name] = absent
    return ChosenCorpora(list(dict.fromkeys(corpora)), named, lacking)


def collections_of(corpus: str) -> list[str]:
    """Names of the collections that hold a corpus."""
    return [name for name, one in load_collections().items() if corpus in one.corpora]
