"""The template environment of every HTML page, with one style sheet and one script."""

from importlib.resources import files

import jinja2
from markupsafe import Markup

from pipeline.common.count import count
from pipeline.common.untrusted_text import is_web_address, page_text


def page_environment(package: str) -> jinja2.Environment:
    """An environment in which what others have written appears as text.

    Args:
        package: Package with the templates of the page; those shared by all pages are found, too.
    """
    environment = jinja2.Environment(
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
        finalize=page_text,
        loader=jinja2.FunctionLoader(lambda name: _find_template(package, name)),
    )
    environment.tests["web_address"] = is_web_address
    environment.filters |= {"count": count, "n": number}
    environment.globals |= {
        "page_style": Markup(_read("page.css")),
        "page_script": Markup(_read("page.js")),
    }
    return environment


def number(value: int | None) -> str:
    """A number with its thousands set apart; a dash where it is unknown."""
    return "–" if value is None else f"{value:,}"


def _find_template(package: str, name: str) -> str | None:
    for folder in (package, __package__):
        file = files(folder).joinpath(name)
        if file.is_file():
            return file.read_text(encoding="utf-8")
    return None


def _read(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")
