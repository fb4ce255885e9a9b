import numpy as np
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from training.evaluation.figures.grid import draw_grid
from training.evaluation.figures.style import SHADES, paper_style


def contrast(first: str | tuple[float, ...], second: str | tuple[float, ...]) -> float:
    """Contrast of two colours as WCAG 2 defines it, from 1 to 21."""

    def luminance(colour: str | tuple[float, ...]) -> float:
        linear = [
            c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)
        ]
        return float(np.dot(linear, [0.2126, 0.7152, 0.0722]))

    lighter, darker = sorted((luminance(first), luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_numbers_can_be_read_on_every_shade() -> None:
    shares = np.linspace(0, 1, 21)[None]
    with paper_style():
        axes = Figure().add_subplot()
        draw_grid(axes, shares, [[str(n) for n in range(21)]], ["a"], [str(n) for n in range(21)])
    for share, text in zip(shares[0], axes.texts, strict=True):
        assert contrast(tuple(SHADES(share)[:3]), text.get_color()) > 4  # AA asks for 4.5, large 3


def test_shades_darken_in_grey_too() -> None:
    grey = [np.dot(SHADES(share)[:3], [0.299, 0.587, 0.114]) for share in np.linspace(0, 1, 21)]
    assert all(np.diff(grey) < 0)


def test_an_empty_cell_is_no_nought() -> None:
    with paper_style():
        axes = Figure().add_subplot()
        image = draw_grid(axes, np.array([[np.nan, 0.5]]), [["", "50"]], ["a"], ["b", "c"])
    assert np.ma.getmaskarray(image.get_array())[0].tolist() == [True, False]  # type: ignore[arg-type]
