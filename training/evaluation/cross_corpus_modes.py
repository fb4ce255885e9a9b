"""The two ways across corpora: leave one out, or train on one and test on every other."""

from typing import Literal, get_args

Mode = Literal["leave-one-corpus-out", "train-on-a-test-on-b"]

LEAVE_ONE_OUT: Mode = "leave-one-corpus-out"
TRAIN_ON_ONE: Mode = "train-on-a-test-on-b"

MODES: tuple[Mode, ...] = get_args(Mode)
"""All there are; to a benchmark they are names of protocols that need no file."""


def find_mode(name: str) -> Mode | None:
    """The mode of a name; None where it is that of something else.

    >>> find_mode("leave-one-corpus-out"), find_mode("loso")
    ('leave-one-corpus-out', None)
    """
    return next((mode for mode in MODES if mode == name), None)
