from docs.generate.commands import file_of
from docs.generate.pages import generated_pages, record_page
from exhubert.cli.main import COMMANDS
from pipeline.schema.record import COLUMNS
from pipeline.specs.shipped import builtin_ids


def test_every_corpus_and_every_command_has_a_page() -> None:
    pages = generated_pages()
    assert {f"corpora/{corpus}.md" for corpus in builtin_ids()} <= pages.keys()
    assert {f"commands/{file_of(command)}" for command in COMMANDS} <= pages.keys()
    single = {"record.md", "recipes.md", "spec_reference.md", "python/index.md", "corpora/index.md"}
    assert single <= pages.keys()


def test_the_same_code_gives_the_same_pages() -> None:
    assert generated_pages() == generated_pages()


def test_the_record_has_a_row_for_every_column() -> None:
    assert all(f"\n| `{column.name}` | " in record_page() for column in COLUMNS)


def test_recipes_are_shown_with_their_comments() -> None:
    page = generated_pages()["recipes.md"]
    assert page.index("\n## tiny\n") < page.index("\n## exhubert_base\n")
    assert "  accumulate: 1            # steps whose gradients are added up" in page
