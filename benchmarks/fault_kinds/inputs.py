"""Files that vanish or change while they are read, and each file of a dataset damaged."""

import os
import random
import shutil
import time
from pathlib import Path

from benchmarks.fault_kinds.workspace import Trial, Workspace

DAMAGES = ("cut", "emptied", "flipped", "absent")


def changing_corpus(workspace: Workspace, times: int) -> list[Trial]:
    """Clips that vanish or change at a random moment of a build, and are put back after it."""
    trials = []
    for number in range(times):
        draw = random.Random(number)
        clip = draw.choice(sorted((workspace.root / "noises" / "wav").iterdir()))
        content, status = clip.read_bytes(), clip.stat()
        damage = ("absent", "cut")[number % 2]
        output = workspace.fresh("changing")
        build = workspace.start([*workspace.build(output), "--max-reject-rate", "0"])
        time.sleep(draw.uniform(0, 3))
        damage_file(clip, damage, draw)
        ending = build.end()
        clip.write_bytes(content)
        os.utime(clip, ns=(status.st_atime_ns, status.st_mtime_ns))
        finished = (output / "manifest.json").exists()
        again = workspace.run(workspace.build(output))
        mended = again.status == 0 and workspace.is_whole(output, another_edition=finished)
        survived = ending.status is not None and mended
        trials.append(Trial(f"clip {damage} during a build", survived, again.said[-200:]))
    return trials


def damaged_dataset(workspace: Workspace, times: int) -> list[Trial]:
    """Each file of a dataset cut, emptied, flipped by a bit or absent; then it is built again.

    What a build does not mend must be told, by itself or by ``exhubert verify``.
    """
    trials = []
    whole = workspace.root / "whole"
    cases = [(name, damage) for name in workspace.whole for damage in DAMAGES]
    random.Random(0).shuffle(cases)
    for name, damage in cases[:times]:
        output = workspace.fresh("damaged")
        shutil.copytree(whole, output)
        damage_file(output / name, damage, random.Random(name))
        ending = workspace.run(workspace.build(output))
        trials.append(_judge(workspace, f"{name} {damage}", ending.status, ending.is_told, output))
    return trials


def _judge(workspace: Workspace, name: str, status: int | None, told: bool, output: Path) -> Trial:
    if status is None:
        return Trial(name, False, "hung")
    if workspace.is_whole(output) or told:
        return Trial(name, True)
    found = workspace.run(["verify", str(output)])
    return Trial(name, found.is_told, f"exit {status} with other bytes")


def damage_file(file: Path, damage: str, draw: random.Random) -> None:
    """Damages a file as is said."""
    content = bytearray(file.read_bytes())
    if damage == "absent":
        file.unlink()
        return
    if damage == "flipped" and content:
        bit = draw.randrange(8 * len(content))
        content[bit // 8] ^= 1 << bit % 8
    file.write_bytes({"cut": content[: len(content) // 2], "emptied": b""}.get(damage, content))
