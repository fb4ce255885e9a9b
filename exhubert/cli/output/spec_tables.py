"""The tables of specs: a corpus, its label map, the shared categories."""

from collections.abc import Mapping, Sequence

from rich.table import Table
from rich.text import Text

from exhubert.cli.output.console import OUT
from exhubert.cli.output.fitted_table import known, print_table, words
from pipeline.labels import LabelMapping, label_map
from pipeline.specs.collections import collections_of
from pipeline.specs.corpus_spec import CorpusSpec
from pipeline.specs.emotion_scheme import EmotionScheme


def print_corpus(spec: CorpusSpec, scheme: EmotionScheme) -> None:
    """Everything in a spec that a user of the corpus wants to know."""
    OUT.print(Text.assemble((spec.name, "bold"), f" ({spec.id})"))
    table = Table(show_header=False, box=None, pad_edge=False)
    for label, value in _facts(spec).items():
        table.add_row(Text(label, "dim"), value)
    OUT.print(table)
    if lines := label_map(spec, scheme):
        print_label_map(lines, scheme)
    for quirk in spec.quirks:
        OUT.print(f"- {quirk}")


def _facts(spec: CorpusSpec) -> Mapping[str, str]:
    facts = {
        "languages": ", ".join(spec.languages),
        "kind": spec.kind,
        "utterances": "; ".join(
            f"{known(counts.utterances)} ({counts.source})"
            for counts in (spec.expected, *spec.expected.editions)
        ),
        "speakers": known(spec.expected.speakers),
        "licence": " ".join(filter(None, [spec.licence.name, spec.licence.url])),
        "collections": ", ".join(collections_of(spec.id)),
        "protocols": ", ".join(spec.all_protocols),
        "access": " ".join(
            filter(None, [spec.access.how.replace("_", " "), spec.access.url, spec.access.note])
        ),
        "homepage": spec.homepage or "",
        "citation": spec.citation,
        "audio": ", ".join(spec.audio),
        "layout": spec.layout,
        "splits": spec.splits.describe(),
    }
    return {label: value for label, value in facts.items() if value}


def print_label_map(lines: Sequence[LabelMapping], scheme: EmotionScheme) -> None:
    """Table of native codes and what becomes of them, then the sources by name."""
    rows = [
        [
            line.corpus,
            line.code,
            line.meaning or "",
            line.emotion or f"excluded: {line.excluded}",
            line.class_name or _part_of_class(line),
            ", ".join(line.sources),
        ]
        for line in lines
    ]
    groups = [words("corpus", "code"), words("meaning", "category", "class", "sources")]
    print_table(OUT, groups, rows)
    for name in sorted({source for line in lines for source in line.sources} - {"spec"}):
        OUT.print(f"{name}: {scheme.sources[name]}", soft_wrap=True)


def _part_of_class(line: LabelMapping) -> str:
    """What is known of a class of which a part is not."""
    parts = {"arousal": line.arousal_class, "valence": line.valence_class}
    return ", ".join(f"{part} {name}" for name, part in parts.items() if part)


def print_emotions(scheme: EmotionScheme) -> None:
    """Table of the shared categories, then their sources by name."""
    rows = [
        [emotion, category.class_name, ", ".join(category.sources), category.note or ""]
        for emotion, category in scheme.emotions.items()
    ]
    print_table(OUT, [words("category", "class"), words("sources"), words("note")], rows)
    for name, source in scheme.sources.items():
        OUT.print(f"{name}: {source}", soft_wrap=True)
