"""Numbers of things and stretches of time, in words."""


def count(number: int, one: str, many: str | None = None) -> str:
    """A number of things, one or many.

    >>> count(1, "clip"), count(1200, "clip"), count(2, "process", "processes")
    ('1 clip', '1,200 clips', '2 processes')
    """
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def clock(seconds: float) -> str:
    """A stretch of time as h:mm:ss.

    >>> clock(3725.4)
    '1:02:05'
    """
    whole = round(seconds)
    return f"{whole // 3600}:{whole // 60 % 60:02d}:{whole % 60:02d}"
