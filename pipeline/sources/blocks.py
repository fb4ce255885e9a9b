"""Blocks: parts of a file that are read in one piece, where a clip is no file of its own.

A name is ``<file>#<run>``, and ``<file>#<run>.<part>`` where parts of a run are read from its
beginning on, so that all of them are best read together.
"""


def block_name(path: str, run: int, part: int | None = None) -> str:
    """Name of a block.

    Args:
        path: Path of the file that holds it.
        run: Number of what can be read by itself.
        part: Number of the block in it, where it has several.
    """
    return f"{path}#{run}" if part is None else f"{path}#{run}.{part}"


def holder_of(block: str) -> str:
    """Path of the file that holds a block; empty for none.

    >>> holder_of("data/train.parquet#3.0")
    'data/train.parquet'
    """
    return block.rpartition("#")[0]


def part_of_run(block: str) -> tuple[str, int] | None:
    """A run, and the number of a block in it; None where the run has no parts.

    >>> part_of_run("data/train.parquet#3.12"), part_of_run("a.tar#3"), part_of_run("")
    (('data/train.parquet#3', 12), None, None)
    """
    path, _, number = block.rpartition("#")
    run, _, part = number.partition(".")
    return (f"{path}#{run}", int(part)) if part else None
