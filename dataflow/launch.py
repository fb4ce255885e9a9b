"""What the flex template runs: ``exhubert build``, its options spelled as parameters.

A template's parameters arrive as ``--name=value``. Beam's are passed on as they are. Ours have an
underscore where the command line has a hyphen, and commas between several values.
"""

import sys
from collections.abc import Sequence

from exhubert.cli.main import main

SINGLE = ["data_root", "output", "codec", "normalize"]
SEVERAL = ["corpora"]


def to_command(parameters: Sequence[str]) -> list[str]:
    """The command line that parameters stand for.

    >>> to_command(["--data_root=gs://b/corpora", "--corpora=emo_db,tess", "--region=us-east1"])
    ['build', '--data-root', 'gs://b/corpora', '--corpora', 'emo_db', 'tess', '--region=us-east1']
    """
    command = ["build"]
    for parameter in parameters:
        name, _, value = parameter.removeprefix("--").partition("=")
        if name not in SINGLE + SEVERAL:
            command.append(parameter)
        elif value:  # a parameter left empty is as good as none
            values = value.split(",") if name in SEVERAL else [value]
            command += [f"--{name.replace('_', '-')}", *values]
    return command


if __name__ == "__main__":
    sys.exit(main(to_command(sys.argv[1:])))
