"""The tables of corpora that exhubert knows, of collections, and of what was downloaded."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from rich.filesize import decimal

from exhubert.cli.output.console import OUT, say
from exhubert.cli.output.fitted_table import Heading, numbers, print_table, words
from pipeline.common.count import count
from pipeline.sources.obtain import ObtainedFile
from pipeline.specs.collections import Collection as CorpusCollection
from pipeline.specs.collections import collections_of
from pipeline.specs.corpus_spec import CorpusSpec

GROUPINGS: Mapping[str, Callable[[CorpusSpec], Iterable[str]]] = {
    "language": lambda spec: dict.fromkeys(tag.split("-")[0] for tag in spec.languages),
    "access": lambda spec: [spec.access.how.replace("_", " ")],
    "collection": lambda spec: collections_of(spec.id) or ["no collection"],
    "kind": lambda spec: [spec.kind],
    "layout": lambda spec: [spec.layout],
}
"""What corpora can be grouped by → the groups of a corpus."""


def print_corpora(specs: Sequence[CorpusSpec], group_by: str | None = None) -> None:
    """Table of corpora: what each is, how large, on what terms; one a group, if asked for.

    Args:
        specs: Of the corpora.
        group_by: A key of :data:`GROUPINGS`; a corpus can stand in several groups.
    """
    if group_by is None:
        left_out = _print_specs(specs)
    else:
        groups: dict[str, list[CorpusSpec]] = {}
        for spec in specs:
            for group in GROUPINGS[group_by](spec):
                groups.setdefault(group, []).append(spec)
        left_out = []
        for group, members in sorted(groups.items()):
            OUT.print(f"{group}: {count(len(members), 'corpus', 'corpora')}", style="bold")
            left_out = _print_specs(members)
            OUT.print()
    total = sum(spec.expected.utterances or 0 for spec in specs)
    OUT.print(f"{count(len(specs), 'corpus', 'corpora')}, {total:,} utterances as published")
    if left_out:
        OUT.print(f"{', '.join(left_out)}: see exhubert corpora show ID")


def print_collections(
    collections: Mapping[str, CorpusCollection], described: Collection[str]
) -> None:
    """Table of collections, and which of their corpora no spec describes."""
    rows = [
        [
            f"@{name}",
            one.name,
            str(len(one.corpora)),
            str(len(_with_spec(one, described))),
            one.source,
        ]
        for name, one in collections.items()
    ]
    groups = [words("collection", "name"), numbers("corpora", "with a spec"), words("source")]
    print_table(OUT, groups, rows)
    for name, one in collections.items():
        if lacking := [corpus for corpus in one.corpora if corpus not in described]:
            OUT.print(f"@{name}: no spec of {', '.join(lacking)}", soft_wrap=True)


def print_obtained(corpus: str, files: Iterable[ObtainedFile], quiet: bool = False) -> None:
    """Prints the path of every file of a corpus, and whether its checksum is known to be right."""
    for one in files:
        file = one.file
        parts = [
            "fetched" if file.fetched else "there already",
            decimal(file.bytes),
            "as it should be" if file.verified else f"no checksum is known: sha256 {file.sha256}",
            "" if one.unpacked is None else f"unpacked to {count(one.unpacked, 'file')}",
        ]
        say(f"{corpus}: {file.path}: {', '.join(filter(None, parts))}", quiet)


def _with_spec(collection: CorpusCollection, described: Collection[str]) -> list[str]:
    return [corpus for corpus in collection.corpora if corpus in described]


def _print_specs(specs: Sequence[CorpusSpec]) -> list[str]:
    """One table of corpora; the headings for which there was no room."""
    groups = [
        words("corpus"),
        [Heading("name", cut=True), *words("languages"), *numbers("clips"), *words("access")],
        words("licence"),
        [*numbers("speakers", "classes"), *words("layout")],
    ]
    rows = [
        [
            spec.id,
            spec.name,
            ", ".join(spec.languages),
            _count(spec.expected.utterances),
            spec.access.how.replace("_", " "),
            spec.licence.name,
            _count(spec.expected.speakers),
            str(len(set(spec.emotions.values()))),
            spec.layout,
        ]
        for spec in specs
    ]
    return print_table(OUT, groups, rows, all_columns=False)


def _count(number: int | None) -> str:
    return "–" if number is None else f"{number:,}"
