"""Pages: what others have written appears as text."""

import jinja2
import pytest

from pipeline.pages.environment import page_environment


def test_untrusted_text_is_text() -> None:
    environment = page_environment("pipeline.pages")
    page = environment.from_string("<p>{{ name }}</p>").render(name="<script>\x1b[2J\u202e")
    assert page == "<p>&lt;script&gt;\\x1b[2J\\u202e</p>"


def test_shared_templates_are_found_from_any_page() -> None:
    environment = page_environment("pipeline.dataset.report")
    source = '{% import "players.html.jinja" as players %}{{ players.choice("a", "b", ["x_y"]) }}'
    assert '<option value="x_y">x y</option>' in environment.from_string(source).render()


def test_what_is_not_given_is_an_error() -> None:
    with pytest.raises(jinja2.UndefinedError):
        page_environment("pipeline.pages").from_string("{{ nothing }}").render()
