import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.dataset.citations import to_bibtex
from pipeline.specs.loader import load_specs


def test_a_citation_has_year_and_doi_and_its_own_words() -> None:
    prose = (
        "F. Burkhardt: A database of speech. Interspeech 2005. doi:10.21437/Interspeech.2005-446"
    )
    assert to_bibtex("emo_db", "EMO-DB", prose) == (
        "@misc{emo_db,\n  title = {{EMO-DB}},\n  year = {2005},\n"
        "  doi = {10.21437/Interspeech.2005-446},\n"
        f"  note = {{{prose}}},\n}}"
    )


def test_numbers_of_preprints_are_no_years() -> None:
    entry = to_bibtex("x", "X", "A. B: C. arXiv:2019.12345, 2021")
    assert "year = {2021}" in entry
    assert "eprint = {2019.12345}" in entry


@pytest.mark.parametrize(("name", "told"), [("R&D 100%_{", r"R\&D 100\%\_("), ("a`[b]", "a'(b)")])
def test_what_tex_would_obey_is_text(name: str, told: str) -> None:
    assert f"title = {{{{{told}}}}}" in to_bibtex("x", name, "")


@given(st.text(), st.text())
def test_braces_are_balanced_and_lines_are_ours(name: str, citation: str) -> None:
    entry = to_bibtex("x", name, citation)
    depth = 0
    for found in re.findall(r"[{}]", entry):
        depth += 1 if found == "{" else -1
        assert depth >= 0
    assert depth == 0
    assert "`" not in entry


def test_every_shipped_corpus_has_an_entry_of_its_own() -> None:
    entries = [to_bibtex(spec.id, spec.name, spec.citation) for spec in load_specs()]
    dated = sum("year = {" in entry for entry in entries)
    assert dated > 0.8 * len(entries)
