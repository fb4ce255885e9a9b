from pathlib import Path

import pytest
from matplotlib.figure import Figure

from training.evaluation.figures.style import SUFFIXES, paper_style, save_figure

STARTS = {".svg": b"<?xml", ".pdf": b"%PDF", ".png": b"\x89PNG"}


def figure(text: str = "a $1_x$ & <b>") -> Figure:
    with paper_style():
        drawn = Figure(figsize=(2, 1))
        drawn.text(0.5, 0.5, text)
    return drawn


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_the_same_figure_gives_the_same_bytes(suffix: str, tmp_path: Path) -> None:
    paths = [tmp_path / f"{name}{suffix}" for name in "ab"]
    for path in paths:
        save_figure(figure(), path)
    first, second = (path.read_bytes() for path in paths)
    assert first == second
    assert first.startswith(STARTS[suffix])


def test_fonts_are_embedded_as_truetype(tmp_path: Path) -> None:
    save_figure(figure(), tmp_path / "a.pdf")
    content = (tmp_path / "a.pdf").read_bytes()
    assert b"/Type0" in content  # how PDF refers to TrueType
    assert b"/Type3" not in content


def test_what_stands_outside_is_not_cut_off(tmp_path: Path) -> None:
    with paper_style():
        wide = Figure(figsize=(1, 1))
        wide.text(0.9, 0.5, "a name that is much too long for the figure")
    save_figure(wide, tmp_path / "a.svg")
    width = (tmp_path / "a.svg").read_text(encoding="utf-8").partition('width="')[2]
    assert float(width.partition("pt")[0]) > 144  # two inches
