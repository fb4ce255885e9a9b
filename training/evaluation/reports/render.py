"""Pages: self-contained HTML, drawn with CSS and SVG, that read offline and print well."""

from importlib.resources import files
from typing import Any

import jinja2

from pipeline.common.count import count
from pipeline.common.foreign_text import page_text
from training.metrics.intervals import FEW_NOTE


def render(template: str, **values: Any) -> str:
    """Fills a template of this folder; ``style`` is given to it."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("training.evaluation.reports", "."),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
        finalize=page_text,
    )
    environment.globals["few_note"] = FEW_NOTE
    environment.filters["percent"] = percent
    environment.filters["words"] = words
    environment.filters["count"] = count
    style = files("training.evaluation.reports").joinpath("style.css").read_text(encoding="utf-8")
    return environment.get_template(template).render(style=style, **values)


def percent(share: float, digits: int = 0) -> str:
    """A share in [0, 1] as per cent, without the sign.

    >>> percent(0.256, 1)
    '25.6'
    """
    return f"{100 * share:z.{digits}f}"


def words(name: str) -> str:
    """A name of code as words.

    >>> words("low_negative")
    'low negative'
    """
    return name.replace("_", " ")
