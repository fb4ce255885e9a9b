"""Corpora that a model was not trained on: marked wherever their scores are shown."""

from collections.abc import Collection

NOT_TRAINED_ON_NOTE = "† not trained on"
"""The meaning of the mark; shown with every marked name."""


def marked(corpus: str, not_trained_on: Collection[str] | None) -> str:
    """A name as tables, pages and cards show it.

    >>> marked("emo_db", ["emo_db"]), marked("emo_db", None)
    ('emo_db†', 'emo_db')

    Args:
        corpus: Its name.
        not_trained_on: Corpora that the model was not trained on; None where that isn't known.
    """
    return f"{corpus}†" if corpus in (not_trained_on or ()) else corpus
