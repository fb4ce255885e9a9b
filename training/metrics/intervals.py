"""How intervals are shown: none where it would be a point, a mark where few speakers stand behind.

Every table, page and model card shows its intervals by :func:`show_interval`, so that none looks
more certain than it is.
"""

from training.metrics.bootstrap import FEW_SPEAKERS

FEW_NOTE = f"* fewer than {FEW_SPEAKERS} speakers: too narrow an interval to conclude from"
"""The meaning of the mark; shown with every marked interval."""


def is_few(speakers: int) -> bool:
    """Whether an interval of so many speakers is too narrow to conclude from."""
    return speakers < FEW_SPEAKERS


def show_interval(
    low: float, high: float, speakers: int, form: str = "z.0f", between: str = "–"
) -> str:
    """An interval in per cent, as tables show it.

    >>> show_interval(0.318, 0.449, speakers=12), show_interval(0.318, 0.449, speakers=4)
    ('32–45', '32–45*')
    >>> show_interval(0.329, 0.329, speakers=1)
    '–*'

    Args:
        low: Its lower end, a share.
        high: Its upper end. Where it is a point, as of a single speaker, a dash stands for it: a
            point would look certain.
        speakers: How many it is drawn from; few are marked, see :data:`FEW_NOTE`.
        form: How an end is written; ``z`` makes -0 a 0.
        between: What stands between the ends.
    """
    ends = "–" if low == high else f"{100 * low:{form}}{between}{100 * high:{form}}"
    return f"{ends}*" if is_few(speakers) else ends
