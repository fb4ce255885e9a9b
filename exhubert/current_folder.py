"""The folder in which ``python -m exhubert`` is started: its files are data, and no modules.

Imports only what Python itself has loaded by then, lest a file there is taken for it.
"""

import os
import sys

_HOME = os.path.realpath(f"{__file__}/../..")


def drop_current_folder() -> None:
    """Takes the current folder out of ``sys.path``, where ``python -m`` put it before all others.

    It stays if exhubert itself is imported from there, as in a checkout that is not installed.
    """
    here = os.path.realpath(os.curdir)
    if sys.path and os.path.realpath(sys.path[0]) == here != _HOME:
        del sys.path[0]
