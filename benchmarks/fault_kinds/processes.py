"""Processes that are killed, stopped or told to end, and two builds into one folder."""

import os
import random
import signal
import time
from pathlib import Path

from benchmarks.fault_kinds.workspace import Command, Ending, Trial, Workspace


def kill_everything(workspace: Workspace, times: int) -> list[Trial]:
    """SIGKILL for all processes of a build, at random moments; then one build to its end."""
    trials = []
    for number in range(times):
        output = workspace.fresh("killed")
        build, moment = _begin(workspace, output, number)
        build.kill()
        build.end()
        trials.append(_rerun(workspace, f"kill after {moment:.2f} s", output))
    return trials


def kill_a_worker(workspace: Workspace, times: int) -> list[Trial]:
    """SIGKILL for a single process that a build has started."""
    trials = []
    for number in range(times):
        output = workspace.fresh("worker")
        build, moment = _begin(workspace, output, number)
        if children := descendants(build.process.pid):
            os.kill(random.Random(number).choice(children), signal.SIGKILL)
        trials.append(workspace.judge(f"worker killed after {moment:.2f} s", build.end(), output))
    return trials


def stop_a_worker(workspace: Workspace, times: int) -> list[Trial]:
    """SIGSTOP for a single process, and SIGCONT three seconds later."""
    trials = []
    for number in range(times):
        output = workspace.fresh("stopped")
        build, moment = _begin(workspace, output, number)
        if children := descendants(build.process.pid):
            stopped = random.Random(number).choice(children)
            os.kill(stopped, signal.SIGSTOP)
            time.sleep(3)
            os.kill(stopped, signal.SIGCONT)
        trials.append(workspace.judge(f"worker stopped after {moment:.2f} s", build.end(), output))
    return trials


def ask_to_end(workspace: Workspace, times: int) -> list[Trial]:
    """SIGINT and SIGTERM for the command, in turn."""
    trials = []
    for number in range(times):
        output = workspace.fresh("ended")
        build, moment = _begin(workspace, output, number)
        asked = (signal.SIGINT, signal.SIGTERM)[number % 2]
        build.process.send_signal(asked)
        trials.append(workspace.judge(f"{asked.name} after {moment:.2f} s", build.end(), output))
    return trials


def two_builds(workspace: Workspace, times: int) -> list[Trial]:
    """Two builds into one folder at once: of the same corpus, and of two, in turn."""
    trials = []
    if not (workspace.root / "hisses").exists():
        workspace.write_corpus("hisses", 2)
    for number in range(times):
        same = number % 2 == 0
        output = workspace.fresh("both")
        words = [workspace.build(output), workspace.build(output, "noises" if same else "hisses")]
        builds = [workspace.start(part) for part in words]
        ends = [build.end() for build in builds]
        trials.append(_judge_two(workspace, same, ends, output))
    return trials


def _judge_two(workspace: Workspace, same: bool, ends: list[Ending], output: Path) -> Trial:
    name = f"two builds of {'the same corpus' if same else 'two corpora'}"
    ok = [end.status == 0 for end in ends]
    if any(end.status is None for end in ends):
        return Trial(name, False, "hung")
    there = {path.name for path in output.glob("data/*") if any(path.glob("*.parquet"))}
    wanted = {corpus for corpus, done in zip(("noises", "hisses"), ok, strict=True) if done}
    survived = any(ok) and (workspace.is_whole(output) if same else wanted <= there)
    told = all(done or end.is_told for done, end in zip(ok, ends, strict=True))
    return Trial(name, survived and told, "" if told else ends[ok.index(False)].said[-200:])


def descendants(parent: int) -> list[int]:
    """Processes that a process has started, and those that they have."""
    found: list[int] = []
    for task in Path(f"/proc/{parent}/task").glob("*/children"):
        for child in map(int, task.read_text().split()):
            found += [child, *descendants(child)]
    return found


def _begin(workspace: Workspace, output: Path, seed: int) -> tuple[Command, float]:
    """Starts a build, and waits for a moment within its first three seconds."""
    build = workspace.start(workspace.build(output))
    moment = random.Random(seed).uniform(0, 3)
    started = time.monotonic()
    while build.is_running and time.monotonic() - started < moment:
        time.sleep(0.01)
    return build, moment


def _rerun(workspace: Workspace, name: str, output: Path) -> Trial:
    again = workspace.run(workspace.build(output))
    return Trial(name, again.status == 0 and workspace.is_whole(output), again.said[-200:])
