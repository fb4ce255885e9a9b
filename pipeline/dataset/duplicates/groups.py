"""Groups: whatever is connected by pairs belongs together."""

from collections.abc import Iterable


def connect(pairs: Iterable[tuple[str, str]]) -> list[list[str]]:
    """Names that pairs connect, directly or through others; groups and names are sorted.

    >>> connect([("a", "b"), ("x", "y"), ("c", "b")])
    [['a', 'b', 'c'], ['x', 'y']]
    """
    leader: dict[str, str] = {}

    def find(name: str) -> str:
        leader.setdefault(name, name)
        while leader[name] != name:
            leader[name] = leader[leader[name]]
            name = leader[name]
        return name

    for one, other in pairs:
        first, second = sorted((find(one), find(other)))
        leader[second] = first
    groups: dict[str, list[str]] = {}
    for name in sorted(leader):
        groups.setdefault(find(name), []).append(name)
    return sorted(groups.values())


def group_numbers(groups: Iterable[Iterable[str]]) -> dict[str, int]:
    """Name → number of its group."""
    return {name: number for number, group in enumerate(groups) for name in group}
