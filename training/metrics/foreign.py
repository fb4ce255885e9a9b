"""Corpora that training did not hear: marked wherever their scores stand."""

from collections.abc import Collection

FOREIGN_NOTE = "† not trained on"
"""What the mark means; stands wherever a marked name does."""


def marked(corpus: str, foreign: Collection[str] | None) -> str:
    """A name as it stands in tables, on pages and on cards.

    >>> marked("emo_db", ["emo_db"]), marked("emo_db", None)
    ('emo_db†', 'emo_db')

    Args:
        corpus: Its name.
        foreign: Corpora that training did not hear; None where that isn't known.
    """
    return f"{corpus}†" if corpus in (foreign or ()) else corpus
