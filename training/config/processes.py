"""The processes of a run, as ``torchrun`` starts them."""

import os


def rank_and_world() -> tuple[int, int]:
    """Number of this process and how many share the run, as ``torchrun`` sets them.

    Returns:
        ``(rank, world)`` with ``0 <= rank < world``; ``(0, 1)`` without ``torchrun``.
    """
    return int(os.environ.get("RANK", "0")), int(os.environ.get("WORLD_SIZE", "1"))
