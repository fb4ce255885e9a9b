"""The table of all corpora, and that of the categories they share."""

from collections.abc import Mapping, Sequence

from docs.generate.corpus_page import ACCESS, size
from docs.generate.markdown import bullets, code, page, prose, section, table
from pipeline.labels import six_class_name
from pipeline.specs.collections import Collection
from pipeline.specs.corpus_spec import CorpusSpec
from pipeline.specs.emotion_scheme import EmotionScheme


def corpus_index(specs: Sequence[CorpusSpec], collections: Mapping[str, Collection]) -> str:
    """All corpora by language, kind, access and size, each with a link to its page."""
    total = sum(spec.expected.utterances or 0 for spec in specs)
    rows = [
        [
            f"[{spec.id}]({spec.id}.md)",
            prose(spec.name),
            ", ".join(spec.languages),
            spec.kind,
            ACCESS[spec.access.how],
            size(spec.expected.utterances),
            size(spec.expected.speakers),
            str(len(set(spec.emotions.values()))),
            prose(spec.licence.name),
        ]
        for spec in specs
    ]
    headings = [
        *("corpus", "name", "languages", "kind", "access"),
        *("utterances", "speakers", "categories", "licence"),
    ]
    return page(
        "---\nhide: [navigation, toc]\n---",
        "# Corpora",
        f"exhubert reads {len(specs)} corpora, {total:,} utterances as published. "
        "Each has a page: how to get it, its layout, what its labels mean and the source of each "
        "mapping, its speakers, splits and protocols, published counts, pitfalls, licence and "
        "citation. None of them comes with exhubert.",
        f'<div class="sortable" markdown>\n\n{table(headings, rows)}\n</div>',
        "The command line lists the same: `exhubert corpora list --language de --access open`. "
        "A corpus that is not here takes [one YAML file](../adding_a_corpus.md).",
        section("Collections", _collections(collections, {spec.id for spec in specs})),
    )


def category_page(specs: Sequence[CorpusSpec], scheme: EmotionScheme) -> str:
    """The shared categories: class, sources, and the corpora that have them."""
    users: dict[str, list[str]] = {}
    for spec in specs:
        for emotion in dict.fromkeys(spec.emotions.values()):
            users.setdefault(emotion, []).append(spec.id)
    shared = [
        [
            emotion,
            category.class_name,
            ", ".join(category.sources),
            f"{prose(category.note)} " if category.note else "",
            f"{len(users.get(emotion, []))}",
        ]
        for emotion, category in scheme.emotions.items()
    ]
    return page(
        "# Categories",
        "A corpus's own code stands for a category, a category for one of six classes: arousal "
        "(low, high) × valence (negative, neutral, positive). Where a corpus gives a category "
        "another class, its page says so.",
        '<div class="sortable" markdown>\n\n'
        + table(["category", "class", "sources", "note", "corpora"], shared)
        + "\n</div>",
        section(
            "Sources", bullets(f"**{name}**: {prose(t)}" for name, t in scheme.sources.items())
        ),
        section(
            "Categories of one corpus alone",
            "Words that no other corpus has; their place in the classes is the corpus's own.",
            table(["category", "class", "corpus"], _own_categories(specs, scheme)),
        ),
    )


def _own_categories(specs: Sequence[CorpusSpec], scheme: EmotionScheme) -> list[list[str]]:
    return [
        [
            emotion,
            six_class_name(emotion, spec, scheme) or "open",
            f"[{spec.id}]({spec.id}.md)",
        ]
        for spec in specs
        for emotion in spec.categories
    ]


def _collections(collections: Mapping[str, Collection], known: set[str]) -> str:
    rows = [
        [
            code(f"@{name}"),
            prose(one.source),
            ", ".join(f"[{c}]({c}.md)" if c in known else c for c in one.corpora),
        ]
        for name, one in collections.items()
    ]
    told = "Corpora that benchmarks use together; a collection may be named wherever a corpus may."
    return page(told, table(["collection", "source", "corpora"], rows))
