"""Names of classes and columns as they are read on pages and figures."""

from pipeline.common.untrusted_text import printable


def readable(name: str) -> str:
    """A name in code as words.

    >>> readable("low_negative")
    'low negative'
    """
    return printable(name).replace("_", " ")
