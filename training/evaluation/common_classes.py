"""Which corpora can be scored in classes that were learnt from others."""

from collections.abc import Collection, Iterable

import pandas as pd

from pipeline.common.count import count


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
        lacking, shared = (
            ", ".join(sorted(set(part))) for part in (classes[~known], classes[known])
        )
        if classes[known].nunique() < 2:
            lines.append(
                f"{corpus} is not scored: of its classes training has {shared or 'none'}, and with "
                f"fewer than two there is nothing to tell apart (training lacks {lacking})"
            )
            continue
        found.append(corpus)
        if lacking:
            lines.append(
                f"{(~known).sum():,} of {count(len(known), 'clip')} of {corpus} are not scored: "
                f"training lacks their classes ({lacking})"
            )
    return found, lines
