"""Which rows of a dataset are read: by corpus, speaker, audio or a condition."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class RowChoice:
    """Rows of a dataset, whichever split or fold is asked for.

    >>> RowChoice(("emo_db", "@serab"), where="age < 30").exclude_speakers
    ()

    Attributes:
        corpora: Corpora to read, or collections such as ``@emobox``; none means all.
        exclude_corpora: Corpora or collections to leave out.
        exclude_speakers: Speakers to leave out.
        exclude_audio_of: Corpora (``emo_db``) or splits of them (``emo_db/test``) whose audio is
            left out, under whichever ids it stands among the rows, and with it what is known to
            hold the same recording (:mod:`training.data.recordings`).
        where: A condition in SQL that rows must fulfil, over all columns of the record
            (:func:`pipeline.shards.row_filter.rows_where`).
    """

    corpora: Sequence[str] = ()
    exclude_corpora: Sequence[str] = ()
    exclude_speakers: Collection[str] = ()
    exclude_audio_of: Collection[str] = ()
    where: str | None = None


EVERY_ROW = RowChoice()
"""All rows."""
