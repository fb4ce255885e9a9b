from docs.generate.corpus_index import category_page, corpus_index
from pipeline.specs.collections import load_collections
from pipeline.specs.emotion_scheme import emotion_scheme
from pipeline.specs.loader import load_specs


def test_the_index_has_a_row_for_every_corpus() -> None:
    specs = load_specs()
    index = corpus_index(specs, load_collections())
    for spec in specs:
        assert f"| [{spec.id}]({spec.id}.md) | " in index
    crema_d = next(line for line in index.splitlines() if line.startswith("| [crema_d]"))
    assert crema_d.endswith(" | en-US | acted | open | 7,442 | 91 | 6 | ODbL-1.0 |")
    assert f"{len(specs)} corpora" in index
    assert "| `@emobox` | EmoBox, " in index or "| `@emobox` | Z. Ma" in index


def test_categories_name_class_and_sources() -> None:
    scheme = emotion_scheme()
    page = category_page(load_specs(), scheme)
    for emotion, category in scheme.emotions.items():
        assert f"| {emotion} | {category.class_name} | {', '.join(category.sources)} |" in page
