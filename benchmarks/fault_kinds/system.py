"""A disk that is full or fails, a clock that jumps, names that are long or of other alphabets."""

import shutil
from pathlib import Path

from benchmarks.fault_kinds import disturbed
from benchmarks.fault_kinds.place import Place, Trial

NAMES = (
    *("with blanks in it", "x" * 250, "日本語", "Äpfel", "эмоции", "عربي", "a'b\"c", "per%20cent"),
    *("-dash", "[brackets]", "new\nline", "{braces}", "#hash", "é" * 125),
)


def full_disk(place: Place, times: int) -> list[Trial]:
    """No space left, at every write of a build, one after the other."""
    return _at_each(place, "write", "no space at write", times)


def failing_disk(place: Place, times: int) -> list[Trial]:
    """An input/output error at the reading of a clip, and at each write, one after the other."""
    reads = _at_each(place, "read", "EIO at read", times)
    return reads + _at_each(place, "spoil", "EIO at write", times)


def jumping_clock(place: Place, times: int) -> list[Trial]:
    """A clock that jumps by a second, an hour and ten years, forwards and back."""
    trials = []
    jumps = (1, -1, 3_600, -3_600, 315_360_000, -315_360_000)
    for seconds in jumps[:times]:
        output = place.fresh("clock")
        ending = place.run(_alone(place, output), _program("clock", seconds))
        trials.append(place.judge(f"clock jumps by {seconds:+,} s", ending, output))
    return trials


def strange_names(place: Place, times: int) -> list[Trial]:
    """Folders of corpus and dataset with blanks, of other alphabets, and of 250 bytes."""
    trials = []
    for name in NAMES[:times]:
        corpus, output = place.root / name / "corpus", place.root / name / "dataset"
        shutil.rmtree(place.root / name, ignore_errors=True)
        shutil.copytree(place.root / "noises", corpus)
        ending = place.run(place.build(output, root=str(corpus)))
        same = ending.status == 0 and place.is_whole(output)
        trials.append(Trial(f"folder {name[:20]}", same, ending.said[-200:]))
    return trials


def _at_each(place: Place, fault: str, name: str, times: int) -> list[Trial]:
    trials = []
    for number in range(1, times + 1):
        output = place.fresh("disk")
        ending = place.run(_alone(place, output), _program(fault, number))
        if ending.status == disturbed.DONE:
            break
        trials.append(place.judge(f"{name} {number}", ending, output))
    return trials


def _alone(place: Place, output: Path) -> list[str]:
    """A build without worker processes, in which the fault would not be."""
    return [*place.build(output), "--jobs", "1", "--max-reject-rate", "0"]


def _program(fault: str, number: float) -> list[str]:
    return [disturbed.__file__, fault, str(number)]
