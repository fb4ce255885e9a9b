"""The page of an evaluation in a real browser: cells show their clips, which play."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.browser import Page, open_page
from tests.support.made_up import make_evaluation
from tests.support.shards import record, write_shards
from training.data.index import load_index
from training.evaluation.reports.answers import find_answers
from training.evaluation.reports.evaluation import evaluation_page

pytestmark = pytest.mark.xdist_group("browser")

SHOWN = "[...document.querySelectorAll('.clip')].filter((c) => c.offsetParent)"


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of a model on two corpora, of which one may not be passed on."""
    folder = tmp_path_factory.mktemp("evaluation")
    rows = [
        record(
            corpus,
            "test",
            number,
            number % 6,
            seconds=1.5,
            gender=("female", "male")[number % 2],
            speaker=f"{corpus}:{number % 13}",
            age=20.0 + number % 50,
            language=("en", "de")[number % 3 == 0],
        )
        for corpus in ("alpha", "<b>beta")
        for number in range(72)
    ]
    write_shards(folder, rows)
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["corpora"]["alpha"]["redistribute"] = True
    (folder / "manifest.json").write_text(json.dumps(manifest))
    evaluation = make_evaluation((0.5,), load_index(folder), dataset=folder)
    page = folder / "scores.html"
    answers = find_answers(evaluation, "redistributable")
    page.write_text(evaluation_page(evaluation, "scores", answers), encoding="utf-8")
    return page


@pytest.fixture(scope="module")
def page(file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    with open_page(file, tmp_path_factory.mktemp("profile")) as opened:
        yield opened


def test_it_renders_without_complaint(page: Page) -> None:
    assert page.run("document.querySelectorAll('table caption').length") == 4
    assert page.run("document.body.scrollWidth <= window.innerWidth")
    assert "<b>beta" in page.run("document.querySelector('#listen + p').innerText")
    assert "--with-audio all" in page.run("document.querySelector('#listen + p').innerText")
    assert page.errors == []


def test_a_press_on_a_cell_shows_its_clips(page: Page) -> None:
    cell = "document.querySelector('.matrix td:not(.right) button')"
    page.run(f"{cell}.click()")
    assert page.run(f"{cell}.ariaPressed") == "true"
    wanted = page.run(f"Object.fromEntries(new URLSearchParams({cell}.dataset.choose))")
    assert page.run(f"{SHOWN}.length") > 0
    assert page.run(
        f"{SHOWN}.every((c) => c.dataset.reference == '{wanted['reference']}'"
        f" && c.dataset.answer == '{wanted['answer']}')"
    )
    page.run("document.querySelector('form.filters').reset()")
    page.wait(f"{cell}.ariaPressed == 'false'")


def test_a_clip_plays_and_those_that_may_not_be_heard_have_no_button(page: Page) -> None:
    assert not page.run("document.querySelector('.clip[data-corpus=\"<b>beta\"] .play')")
    page.run("document.querySelector('.clip .play').click()")
    page.wait("exhubertPlayer.currentTime > 0.2")
    assert page.run("exhubertPlayer.duration") == pytest.approx(1.5, abs=0.2)
    page.run("document.querySelector('.clip.playing .play').click()")
    assert page.run("exhubertPlayer.paused")
    assert page.errors == []


def test_tables_sort_by_a_click(page: Page) -> None:
    column = "[...document.querySelectorAll('#speakers ~ details tbody tr')].map((r) => r.cells[3]"
    page.run("document.querySelector('#speakers ~ details th:nth-child(5) button').click()")
    accuracies = page.run(column.replace("cells[3]", "cells[4]") + ".textContent)")
    assert accuracies == sorted(accuracies, key=float)


@pytest.mark.parametrize("width", [390])
def test_a_phone_needs_no_sideways_scrolling(file: Path, tmp_path: Path, width: int) -> None:
    with open_page(file, tmp_path, width=400) as phone:
        phone.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=800,
            deviceScaleFactor=2,
            mobile=True,
        )
        assert phone.run("document.documentElement.scrollWidth") <= width
        assert phone.errors == []
