"""docs/specs.md and docs/adding_a_corpus.md: every key is named, and the specs in them work."""

import re
from pathlib import Path

import pytest

from pipeline.checks.spec_examples import check_examples
from pipeline.specs.corpus_spec import CorpusSpec
from pipeline.specs.emotion_scheme import emotion_scheme
from pipeline.specs.loader import load_spec
from pipeline.specs.table_spec import TableSpec
from pipeline.specs.yaml_reader import SpecError

_DOCS = Path(__file__).parents[3] / "docs"
HANDBOOK = "".join((_DOCS / name).read_text() for name in ("specs.md", "adding_a_corpus.md"))


def blocks(language: str) -> list[str]:
    """Fenced blocks of both pages, in order."""
    return re.findall(rf"^```{language}\n(.*?)^```$", HANDBOOK, re.M | re.S)


def test_the_handbook_names_every_key():
    named = set(re.findall(r"`(\w+)`", HANDBOOK))
    assert {*CorpusSpec.model_fields, *TableSpec.model_fields} <= named


def test_specs_in_the_handbook_are_valid_but_for_the_faulty_one(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    first, faulty, _, finished = (block for block in blocks("yaml") if block.startswith("id: "))
    for text in (first, finished):
        Path("my_corpus.yaml").write_text(text)
        assert check_examples(load_spec("my_corpus.yaml"), emotion_scheme()) == []
    Path("my_corpus.yaml").write_text(faulty)
    with pytest.raises(SpecError) as error:
        load_spec("my_corpus.yaml")
    assert f"{error.value}\n" in blocks("text")
