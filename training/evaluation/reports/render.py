"""Pages of evaluations, made from shared templates: self-contained, offline, fit to print."""

from typing import Any

from pipeline.pages.environment import page_environment
from training.evaluation.readable_name import readable
from training.metrics.intervals import FEW_NOTE
from training.metrics.not_trained_on import NOT_TRAINED_ON_NOTE, marked


def render(template: str, **values: Any) -> str:
    """Fills a template of this folder."""
    environment = page_environment("training.evaluation.reports")
    environment.globals |= {"few_note": FEW_NOTE, "not_trained_on_note": NOT_TRAINED_ON_NOTE}
    environment.filters |= {
        "percent": percent,
        "points": points,
        "readable": readable,
        "marked": marked,
    }
    return environment.get_template(template).render(**values)


def percent(share: float, digits: int = 0) -> str:
    """A share in [0, 1] as per cent, without the sign.

    >>> percent(0.256, 1)
    '25.6'
    """
    return f"{100 * share:z.{digits}f}"


def points(difference: float) -> str:
    """A difference of shares in points, with its sign.

    >>> points(-0.0329), points(0.1), points(-0.0001)
    ('-3.3', '+10.0', '+0.0')
    """
    return f"{100 * difference:+z.1f}"
