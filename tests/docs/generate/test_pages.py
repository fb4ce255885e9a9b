from docs.generate.commands import file_of
from docs.generate.pages import generated_pages, record_page
from exhubert.cli.main import COMMANDS
from pipeline.schema.record import COLUMNS
from pipeline.specs.shipped import builtin_ids


def test_every_corpus_and_every_command_has_a_page() -> None:
    pages = generated_pages()
    assert {f"corpora/{corpus}.md" for corpus in builtin_ids()} <= pages.keys()
    assert {f"commands/{file_of(command)}" for command in COMMANDS} <= pages.keys()
    assert {"record.md", "spec_reference.md", "python/index.md", "corpora/index.md"} <= pages.keys()


def test_the_same_code_gives_the_same_pages() -> None:
    assert generated_pages() == generated_pages()


def test_the_record_has_a_row_for_every_column() -> None:
    assert all(f"\n| `{column.name}` | " in record_page() for column in COLUMNS)
