"""The report in a real browser: it renders, sorts, filters and plays, without complaint."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from exhubert.cli.main import main
from tests.conftest import SPEC, write_tone
from tests.support.browser import Page, open_page

pytestmark = pytest.mark.xdist_group("browser")


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two corpora, of which one may not be passed on; names try to be HTML, two clips are equal."""
    folder = tmp_path_factory.mktemp("browser")
    options = []
    for number, corpus in enumerate(("tones", "others")):
        spec = SPEC.format(corpus=corpus, utterances=12)
        if corpus == "others":
            spec = spec.replace("redistribute: true", "redistribute: false")
            spec = spec.replace("name: Tones", "name: <b>Others</b> \"&'")
        (folder / f"{corpus}.yaml").write_text(spec)
        for speaker in range(3):
            for emotion in ("ang", "neu"):
                for take in range(2):
                    number += 1
                    name = f"wav/s{speaker:02d}_{emotion}_{take}.wav"
                    is_copy = (speaker, emotion, take) == (0, "ang", 1)
                    pitch = 300 + 13 * (number - is_copy) + 500 * (corpus == "others")
                    write_tone(folder / corpus / name, pitch, seconds=2.0)
        options += ["--spec", str(folder / f"{corpus}.yaml")]
        options += ["--root", f"{corpus}={folder / corpus}"]
    output = folder / "dataset"
    assert main(["build", *options, "--output", str(output), "--jobs", "1"]) == 0
    return output / "report.html"


@pytest.fixture(scope="module")
def page(report: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    with open_page(report, tmp_path_factory.mktemp("profile")) as opened:
        yield opened


def test_it_renders_without_complaint(page: Page) -> None:
    assert page.run("document.querySelectorAll('.clip').length") > 4
    assert page.run("document.body.scrollWidth <= window.innerWidth")
    assert page.run("document.querySelector('.corpora tbody').innerText").count("Others</b>") == 1
    assert page.errors == []


def test_corpora_that_may_not_be_passed_on_are_not_heard(page: Page) -> None:
    assert not page.run("document.querySelector('.clip[data-corpus=others]')")
    words = page.run("document.querySelector('#listen + p').innerText")
    assert "others" in words
    assert "--with-audio all" in words


def test_a_clip_plays(page: Page) -> None:
    page.run("document.querySelector('.clip .play').click()")
    page.wait("exhubertPlayer.currentTime > 0.2")
    assert page.run("document.querySelector('.clip').classList.contains('playing')")
    assert page.run("exhubertPlayer.duration") == pytest.approx(2.0, abs=0.2)
    page.run("document.querySelector('.clip .play').click()")
    assert page.run("exhubertPlayer.paused")
    assert page.errors == []


def test_waveform_and_spectrogram_are_drawn(page: Page) -> None:
    page.run("document.querySelector('.clip').scrollIntoView()")
    page.wait("document.querySelector('.clip canvas').width == 440")
    painted = """(() => {
        const c = document.querySelector('.clip canvas');
        const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;
        return [0, 50].map((top) => {
            const part = d.slice(top * c.width * 4, top ? d.length : 50 * c.width * 4);
            return part.filter((value, i) => i % 4 == 3 && value > 40).length;
        });
    })()"""
    page.wait(f"{painted}.every((n) => n > 100)")


def test_filters_narrow_clips_and_tables(page: Page) -> None:
    count = "[...document.querySelectorAll('.clip')].filter((c) => !c.hidden)"
    everything = page.run(f"{count}.length")
    choose = (
        "(() => {{ const f = document.querySelector('form.filters'); f.{0}.value = '{1}';"
        " f.dispatchEvent(new Event('input')); }})()"
    )
    page.run(choose.format("emotion", "anger"))
    assert 0 < page.run(f"{count}.length") < everything
    assert page.run(f"{count}.every((c) => c.dataset.emotion == 'anger')")
    page.run(choose.format("corpus", "tones"))
    rows = "[...document.querySelectorAll('.corpora tbody tr')].filter((r) => !r.hidden)"
    assert page.run(f"{rows}.length") == 1
    page.run(choose.format("search.value = 'no such clip'; f.search", "no such clip"))
    assert page.run(f"{count}.length") == 0
    page.run("document.querySelector('form.filters').reset()")
    page.wait(f"{count}.length == {everything}")


def test_pairs_stay_together(page: Page) -> None:
    sides = "[...document.querySelectorAll('.pair .clip')]"
    assert page.run(f"{sides}.map((c) => c.querySelector('code').innerText)") == [
        "tones/wav/s00_ang_0",
        "tones/wav/s00_ang_1",
    ]
    search = (
        "(() => {{ const f = document.querySelector('form.filters'); f.search.value = '{0}';"
        " f.dispatchEvent(new Event('input')); }})()"
    )
    page.run(search.format("s00_ang_1"))
    assert page.run(f"{sides}.every((c) => !c.hidden)")
    page.run(search.format("s01_neu"))
    assert page.run("document.querySelector('.pair').hidden")
    page.run("document.querySelector('form.filters').reset()")
    page.wait("!document.querySelector('.pair').hidden")
    page.run("document.querySelector('.pair .clip:last-child .play').click()")
    page.wait("document.querySelector('.pair .clip:last-child').classList.contains('playing')")
    page.run("document.querySelector('.pair .clip:last-child .play').click()")


def test_tables_sort_as_numbers_and_by_keyboard(page: Page) -> None:
    column = "[...document.querySelectorAll('.corpora tbody tr')].map((r) => r.cells[0].innerText)"
    before = page.run(column)
    page.run("document.querySelector('.corpora th button').focus()")
    for kind in ("keyDown", "keyUp"):
        page.call(
            "Input.dispatchKeyEvent",
            type=kind,
            key="Enter",
            code="Enter",
            text="\r",
            windowsVirtualKeyCode=13,
        )
    assert page.run("document.querySelector('.corpora th').ariaSort") == "ascending"
    assert page.run(column) == sorted(before, key=str.lower)
    page.run("document.querySelector('.corpora th button').click()")
    assert page.run(column) == sorted(before, key=str.lower, reverse=True)


def test_a_phone_needs_no_sideways_scrolling(report: Path, tmp_path: Path) -> None:
    with open_page(report, tmp_path, width=400) as phone:
        phone.call(
            "Emulation.setDeviceMetricsOverride",
            width=390,
            height=800,
            deviceScaleFactor=2,
            mobile=True,
        )
        assert phone.run("document.documentElement.scrollWidth") <= 390
        assert phone.errors == []


def test_no_table_is_cut_off_on_paper(report: Path, tmp_path: Path) -> None:
    with open_page(report, tmp_path) as paper:
        paper.call("Emulation.setEmulatedMedia", media="print")
        paper.call(
            "Emulation.setDeviceMetricsOverride",
            width=690,  # of A4, without its margins
            height=1000,
            deviceScaleFactor=1,
            mobile=False,
        )
        assert paper.run("document.documentElement.scrollWidth") <= 690
