"""Corpora that a model was not trained on: marked wherever their scores stand."""

from collections.abc import Collection

NOT_TRAINED_ON_NOTE = "† not trained on"
"""What the mark means; stands wherever a marked name does."""


def marked(corpus: str, not_trained_on: Collection[str] | None) -> str:
    """A name as it stands in tables, on pages and on cards.

    >>> marked("emo_db", ["emo_db"]), marked("emo_db", None)
    ('emo_db†', 'emo_db')

    Args:
        corpus: Its name.
        not_trained_on: Corpora that the model was not trained on; None where that isn't known.
    """
    return f"{corpus}†" if corpus in (not_trained_on or ()) else corpus
