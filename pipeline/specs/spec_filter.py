"""Filters specs by language, access, terms or collection."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from pipeline.specs.collections import find_collection
from pipeline.specs.corpus_spec import CorpusSpec


@dataclass(frozen=True)
class SpecFilter:
    """Conditions that specs must meet, all of them; an empty one is met by every spec.

    Attributes:
        languages: BCP-47 tags; ``de`` is also met by ``de-AT``.
        access: Ways of access, such as ``open``.
        redistributable: Whether the terms must allow to pass the corpus on.
        collections: Names of collections, with ``@`` or without.
        ids: Corpora that may be; None for all.
    """

    languages: Collection[str] = ()
    access: Collection[str] = ()
    redistributable: bool = False
    collections: Collection[str] = ()
    ids: Collection[str] | None = None

    def select(self, specs: Iterable[CorpusSpec]) -> list[CorpusSpec]:
        """Specs that meet all conditions, in their order.

        Raises:
            UsageError: There is no such collection.
        """
        members = {one for name in self.collections for one in find_collection(name).corpora}
        return [
            spec
            for spec in specs
            if (not self.languages or _speaks(spec, self.languages))
            and (not self.access or spec.access.how in self.access)
            and (not self.redistributable or spec.licence.redistribute)
            and (not self.collections or spec.id in members)
            and (self.ids is None or spec.id in self.ids)
        ]


def _speaks(spec: CorpusSpec, languages: Collection[str]) -> bool:
    wanted = [tag.lower() for tag in languages]
    spoken = [tag.lower() for tag in spec.languages]
    return any(tag == one or tag.startswith(f"{one}-") for tag in spoken for one in wanted)
