"""Which corpora can be scored in classes that were learnt from others."""

from collections.abc import Collection, Iterable

import pandas as pd

from training.data.label_sets import lacking_line


def scorable_corpora(
    scored: pd.DataFrame, corpora: Iterable[str], learnt: Collection[str]
) -> tuple[list[str], list[str]]:
    """Corpora of which two classes or more are learnt: with one there is nothing to tell apart.

    >>> rows = pd.DataFrame({"corpus": list("aaab"), "label": ["calm", "fear", "awe", "awe"]})
    >>> scorable_corpora(rows, "ab", ("calm", "fear"))[0]
    ['a']

    Args:
        scored: Rows with ``corpus`` and ``label``, the name of a class.
        corpora: Those of them that are asked for.
        learnt: Classes of the models that score them.

    Returns:
        The corpora, and a line on each that is not scored, or not whole.
    """
    found, lines = [], []
    for corpus in corpora:
        classes = scored["label"][scored["corpus"] == corpus]
        known = classes.isin(learnt)
        if classes[known].nunique() < 2:
            lacking, shared = (
                ", ".join(sorted(set(part))) for part in (classes[~known], classes[known])
            )
            lines.append(
                f"{corpus} is not scored: of its classes training has {shared or 'none'}, and with "
                f"fewer than two there is nothing to tell apart (training lacks {lacking})"
            )
            continue
        found.append(corpus)
        if line := lacking_line(corpus, classes, learnt):
            lines.append(line)
    return found, lines
