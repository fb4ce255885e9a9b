"""Numbers of things, in words."""


def count(number: int, one: str, many: str | None = None) -> str:
    """A number of things, one or many.

    >>> count(1, "clip"), count(1200, "clip"), count(2, "process", "processes")
    ('1 clip', '1,200 clips', '2 processes')
    """
    return f"{number:,} {one if number == 1 else many or one + 's'}"
