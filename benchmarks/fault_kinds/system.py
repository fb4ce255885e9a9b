"""A disk that is full or fails, a clock that jumps, names that are long or of other alphabets."""

import shutil
from pathlib import Path

from benchmarks.fault_kinds import disturbed
from benchmarks.fault_kinds.workspace import Trial, Workspace

NAMES = (
    *("with blanks in it", "x" * 250, "日本語", "Äpfel", "эмоции", "عربي", "a'b\"c", "per%20cent"),
    *("-dash", "[brackets]", "new\nline", "{braces}", "#hash", "é" * 125),
)


def full_disk(workspace: Workspace, times: int) -> list[Trial]:
    """No space left, at every write of a build, one after the other."""
    return _at_each(workspace, "write", "no space at write", times)


def failing_disk(workspace: Workspace, times: int) -> list[Trial]:
    """An input/output error at the reading of a clip, and at each write, one after the other."""
    reads = _at_each(workspace, "read", "EIO at read", times)
    return reads + _at_each(workspace, "spoil", "EIO at write", times)


def jumping_clock(workspace: Workspace, times: int) -> list[Trial]:
    """A clock that jumps by a second, an hour and ten years, forwards and back."""
    trials = []
    jumps = (1, -1, 3_600, -3_600, 315_360_000, -315_360_000)
    for seconds in jumps[:times]:
        output = workspace.fresh("clock")
        ending = workspace.run(_alone(workspace, output), _program("clock", seconds))
        trials.append(workspace.judge(f"clock jumps by {seconds:+,} s", ending, output))
    return trials


def strange_names(workspace: Workspace, times: int) -> list[Trial]:
    """Folders of corpus and dataset with blanks, of other alphabets, and of 250 bytes."""
    trials = []
    for name in NAMES[:times]:
        corpus, output = workspace.root / name / "corpus", workspace.root / name / "dataset"
        shutil.rmtree(workspace.root / name, ignore_errors=True)
        shutil.copytree(workspace.root / "noises", corpus)
        ending = workspace.run(workspace.build(output, root=str(corpus)))
        same = ending.status == 0 and workspace.is_whole(output)
        trials.append(Trial(f"folder {name[:20]}", same, ending.said[-200:]))
    return trials


def _at_each(workspace: Workspace, fault: str, name: str, times: int) -> list[Trial]:
    trials = []
    for number in range(1, times + 1):
        output = workspace.fresh("disk")
        ending = workspace.run(_alone(workspace, output), _program(fault, number))
        if ending.status == disturbed.DONE:
            break
        trials.append(workspace.judge(f"{name} {number}", ending, output))
    return trials


def _alone(workspace: Workspace, output: Path) -> list[str]:
    """A build without worker processes, in which the fault would not be."""
    return [*workspace.build(output), "--jobs", "1", "--max-reject-rate", "0"]


def _program(fault: str, number: float) -> list[str]:
    return [disturbed.__file__, fault, str(number)]
