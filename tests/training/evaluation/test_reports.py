import re
from dataclasses import replace

import pytest

from tests.support.made_up import make_evaluation, make_utterances
from tests.support.pages import Strict
from training.evaluation.reports.evaluation import evaluation_page


@pytest.mark.parametrize("skills", [(0.6,), (0.5, 0.7)])
def test_page_shows_every_corpus_and_needs_nothing_from_elsewhere(
    skills: tuple[float, ...],
) -> None:
    evaluation = make_evaluation(skills)
    page = evaluation_page(evaluation, "mine")
    read = Strict(page)
    assert read.tags.count("h3") == 2  # a small matrix a corpus
    assert f"{100 * evaluation.overall.uar:.1f} %" in read.text
    assert ("± sd" in read.text) == (len(skills) > 1)
    assert "speaker-independent" in read.text
    assert not re.search(r"(src|href|url)\s*[=(]", page)
    assert "<script" not in page


def test_names_cannot_break_the_page() -> None:
    corpora = ("<b>&", "\x1b[31m\u202ered")
    page = evaluation_page(make_evaluation(utterances=make_utterances(corpora=corpora)), "<u>")
    assert "&lt;b&gt;&amp;" in page
    assert r"\x1b[31m\u202ered" in page
    assert not {"\x1b", "\u202e"} & set(page)
    assert not {"b", "u"} & set(Strict(page).tags)


def test_intervals_of_few_speakers_are_marked_on_the_page() -> None:
    page = evaluation_page(make_evaluation(utterances=make_utterances(speakers=12)), "mine")
    corpora = page[page.index('id="corpora"') : page.index('id="classes"')]
    cells = re.findall(r'<td class="n">(\d+–\d+\*?)</td>', corpora)
    assert [cell.endswith("*") for cell in cells] == [True, True, False]  # alpha, beta, all
    assert corpora.count('class="interval few"') == 2
    assert "* fewer than 10 speakers" in page


def test_corpora_that_training_did_not_hear_are_marked_on_the_page() -> None:
    told = replace(make_evaluation(), not_trained_on=["beta"])
    page = evaluation_page(told, "mine")
    assert "<th>beta†</th>" in page
    assert "<th>alpha</th>" in page
    assert "† not trained on" in page
    assert "†" not in evaluation_page(make_evaluation(), "mine")
