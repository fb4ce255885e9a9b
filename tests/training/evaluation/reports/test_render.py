import jinja2
import pytest

from training.evaluation.reports.render import percent, points, render


def test_a_template_gets_its_values_and_the_style() -> None:
    with pytest.raises(jinja2.UndefinedError):
        render("evaluation.html.jinja")
    with pytest.raises(jinja2.TemplateNotFound):
        render("none.html.jinja")


def test_shares_are_written_for_readers() -> None:
    assert percent(0.256) == "26"
    assert percent(0.256, 1) == "25.6"
    assert [points(value) for value in (-0.0329, 0.1, -0.0001)] == ["-3.3", "+10.0", "+0.0"]
