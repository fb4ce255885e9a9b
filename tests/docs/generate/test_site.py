"""The site as a whole: it builds without a warning, and what lies in it is found."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("mkdocs", reason="the extra docs is not installed")
pytest.importorskip("mkdocstrings", reason="the extra docs is not installed")

from docs.generate.site import fill
from pipeline.specs.shipped import builtin_ids
from tests.support.browser import open_page

HOME = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built site; every broken link, anchor or entry of the navigation is a warning."""
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)]
    environment = os.environ | {"NO_MKDOCS_2_WARNING": "1", "PYTHONPATH": str(HOME)}
    ran = subprocess.run(command, cwd=HOME, env=environment, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    assert "WARNING" not in ran.stderr
    return folder


def test_every_corpus_has_a_page_that_the_search_finds(site: Path) -> None:
    index = json.loads((site / "search" / "search_index.json").read_text(encoding="utf-8"))
    found = {document["location"].partition("#")[0] for document in index["docs"]}
    for corpus in builtin_ids():
        assert (site / "corpora" / corpus / "index.html").is_file()
        assert f"corpora/{corpus}/" in found


def test_nothing_is_fetched_from_elsewhere(site: Path) -> None:
    for page in ("index.html", "corpora/index.html", "python/training/index.html"):
        text = (site / page).read_text(encoding="utf-8")
        for fetched in ('src="http', 'rel="stylesheet" href="http', "fonts.g"):
            assert fetched not in text, f"{page}: {fetched}"


def test_python_names_are_rendered(site: Path) -> None:
    text = (site / "python" / "predicting" / "index.html").read_text(encoding="utf-8")
    assert 'id="training.inference.classifier.Classifier.predict"' in text
    assert ":class:" not in text


def test_only_pages_are_published(site: Path) -> None:
    assert not list(site.rglob("*.py"))
    assert not list(site.rglob("*.md"))


def test_a_folder_in_the_navigation_stands_for_its_pages() -> None:
    pages = {
        "a/index.md": "# All",
        "a/x.md": "# exhubert zeta",
        "a/y.md": "# Alpha, long",
        "b.md": "",
    }
    assert fill({"A": ["a/index.md", "a/*"], "B": "b.md"}, pages) == {
        "A": ["a/index.md", {"Alpha": "a/y.md"}, {"zeta": "a/x.md"}],
        "B": "b.md",
    }


def test_tables_sort_and_filter_in_a_browser(site: Path, tmp_path: Path) -> None:
    with open_page(site / "corpora" / "index.html", tmp_path) as page:
        rows = "[...document.querySelectorAll('.sortable tbody tr')].filter(row => !row.hidden)"
        page.wait(f"{rows}.length == {len(builtin_ids())}")
        page.run("document.querySelectorAll('.sortable th')[5].click()")
        page.run("document.querySelectorAll('.sortable th')[5].click()")
        sizes = page.run(f"{rows}.map(row => row.cells[5].textContent.replaceAll(',', ''))")
        counts = [int(size) for size in sizes if size != "–"]
        assert counts == sorted(counts, reverse=True)
        page.run(
            "const filter = document.querySelector('.sortable-filter');"
            "filter.value = 'emo_db'; filter.dispatchEvent(new Event('input'))"
        )
        assert page.run(f"{rows}.map(row => row.cells[0].textContent)") == ["emo_db"]
        assert [error for error in page.errors if "tables.js" in error] == []


@pytest.mark.parametrize("path", ["", "corpora/crema_d", "corpora", "tutorial", "commands/build"])
def test_pages_are_no_wider_than_a_phone(site: Path, tmp_path: Path, path: str) -> None:
    with open_page(site / path / "index.html", tmp_path) as page:
        page.call("Emulation.setDeviceMetricsOverride", width=390, height=800,
                  deviceScaleFactor=1, mobile=True)  # fmt: skip
        page.wait("innerWidth == 390")
        assert page.run("document.scrollingElement.scrollWidth") <= 390


def test_pages_whose_short_names_are_alike_keep_their_long_ones() -> None:
    pages = {"a/x.md": "# RAVDESS, speech", "a/y.md": "# RAVDESS, song"}
    assert fill(["a/*"], pages) == [{"RAVDESS, song": "a/y.md"}, {"RAVDESS, speech": "a/x.md"}]
