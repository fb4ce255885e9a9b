"""``did you mean …?``: the known word that is nearest to a misspelt one."""

import difflib
from collections.abc import Iterable


def nearest(word: str, known: Iterable[str], cutoff: float = 0.6) -> str | None:
    """The known word most like another, whatever the case; None where none is near.

    Args:
        word: Word, as it was spelt.
        known: Words that would have been right.
        cutoff: Least similarity that counts as near, from 0 to 1 (equal).

    >>> nearest("emodb", ["emo_db", "tess"])
    'emo_db'
    """
    words = {one.lower(): one for one in known}
    near = difflib.get_close_matches(word.lower(), words, n=1, cutoff=cutoff)
    return words[near[0]] if near else None


def suggest(word: str, known: Iterable[str], otherwise: str = "") -> str:
    """The end of a message about an unknown word: what may have been meant.

    Args:
        word: Word, as it was spelt.
        known: Words that would have been right.
        otherwise: The end of the message where none is near.

    >>> suggest("emodb", ["emo_db", "tess"])
    "; did you mean 'emo_db'?"
    """
    near = nearest(word, known)
    return f"; did you mean {near!r}?" if near else otherwise
