"""A notebook: valid, without outputs, shown as a page, and run on what a demonstration leaves."""

import json
import shutil
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from demo.standins import speak_standins
from docs.generate.notebook import cells_of, code_cells, notebook_page, source_of
from docs.generate.pages import FIRST_LOOK
from exhubert.cli.main import main
from tests.support.fenced import HOME
from tests.support.standins import beep

NOTEBOOK = (HOME / "docs" / FIRST_LOOK).read_text(encoding="utf-8")


def test_a_notebook_is_of_format_4_and_holds_no_outputs() -> None:
    content = json.loads(NOTEBOOK)
    assert (content["nbformat"], content["nbformat_minor"]) == (4, 5)
    assert len({cell["id"] for cell in content["cells"]}) == len(content["cells"])
    assert all(not cell.get("outputs") for cell in content["cells"])
    for code in code_cells(NOTEBOOK):
        compile(code, FIRST_LOOK, "exec")


def test_its_page_shows_all_of_it() -> None:
    page = notebook_page(NOTEBOOK, FIRST_LOOK)
    assert page.startswith("# A first look\n")
    assert f"[first_look.ipynb]({FIRST_LOOK})" in page
    for cell in cells_of(NOTEBOOK)[1:]:
        assert source_of(cell) in page


@pytest.mark.slow
@pytest.mark.filterwarnings("default")
def test_it_runs_on_what_the_demonstration_leaves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("torch", reason="torch is not installed: pip install '.[train]'")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("demo.standins.speak", beep)
    speak_standins("demo-output/corpora", ["emo_db", "tess"], 28)
    dataset, model = "demo-output/dataset", "demo-output/model"
    build = ["--allow-partial", "--max-reject-rate", "0.5", "--jobs", "1"]
    fast = ["--config", "tiny", "optimizer.epochs=1"]
    scores = ["--output", "demo-output/evaluation.json"]
    for command in (
        ["build", "--data-root", "demo-output/corpora", "--output", dataset, *build],
        ["train", "--data", dataset, "--output", model, *fast],
        ["evaluate", "--model", model, "--data", dataset, *scores],
    ):
        assert main(command) == 0
    heard: list[Any] = []
    display = ModuleType("IPython.display")
    display.Audio = lambda samples, rate: heard.append((samples, rate))  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "IPython", ModuleType("IPython"))
    monkeypatch.setitem(sys.modules, "IPython.display", display)
    names: dict[str, Any] = {}
    for code in code_cells(NOTEBOOK):
        exec(compile(code, FIRST_LOOK, "exec"), names)
    ((samples, rate),) = heard
    assert rate == 16_000
    assert abs(samples).max() > 0.1
    assert names["accounts"]["written"].sum() == len(names["rows"])
    assert names["prediction"].label in names["CLASSES"]
    shutil.rmtree("demo-output")
