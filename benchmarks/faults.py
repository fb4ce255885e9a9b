"""What a build survives: faults of every kind, made on purpose.

    python benchmarks/faults.py --times 50
    python benchmarks/faults.py --times 4 --kinds kill_everything full_disk

A fault is survived where the build, or the next one, gives the bytes of a build that nothing
disturbed, and where whatever failed said so in words. It is lost where a command hangs, ends in a
traceback, or exits 0 with other bytes. Needs what the tests need: the store is moto's.
"""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

sys.path.insert(0, str(Path(__file__).parents[1]))  # a benchmark is run from a checkout

from benchmarks.fault_kinds import inputs, processes, stores, system
from benchmarks.fault_kinds.workspace import Kind, Trial, Workspace

KINDS: dict[str, Kind] = {
    "kill_everything": processes.kill_everything,
    "kill_a_worker": processes.kill_a_worker,
    "stop_a_worker": processes.stop_a_worker,
    "ask_to_end": processes.ask_to_end,
    "two_builds": processes.two_builds,
    "full_disk": system.full_disk,
    "failing_disk": system.failing_disk,
    "jumping_clock": system.jumping_clock,
    "strange_names": system.strange_names,
    "changing_corpus": inputs.changing_corpus,
    "damaged_dataset": inputs.damaged_dataset,
    "faulty_store": stores.faulty_store,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--times", type=int, default=50, help="faults of each kind, at most")
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=list(KINDS), metavar="KIND")
    parser.add_argument("--clips", type=int, default=120)
    parser.add_argument("--jobs", type=int, default=2)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="exhubert-faults-") as folder:
        workspace = Workspace.make(Path(folder), args.clips, args.jobs)
        trials = try_kinds(workspace, args.kinds, args.times, Console(stderr=True))
    console = Console(width=120)
    console.print(table_of(trials))
    for kind, tried in trials.items():
        for trial in tried:
            if not trial.survived:
                console.print(f"lost: {kind}: {trial.name}: {trial.remark}", markup=False)
    sys.exit(0 if all(trial.survived for tried in trials.values() for trial in tried) else 1)


def try_kinds(
    workspace: Workspace, kinds: Sequence[str], times: int, console: Console
) -> dict[str, list[Trial]]:
    trials = {}
    for kind in kinds:
        trials[kind] = KINDS[kind](workspace, times)
        survived = sum(trial.survived for trial in trials[kind])
        console.print(f"{kind}: {survived} of {len(trials[kind])} survived")
    return trials


def table_of(trials: dict[str, list[Trial]]) -> Table:
    table = Table(title="faults of builds", title_justify="left")
    table.add_column("fault")
    for heading in ("tried", "survived", "lost"):
        table.add_column(heading, justify="right")
    for kind, tried in trials.items():
        survived = sum(trial.survived for trial in tried)
        counts = (len(tried), survived, len(tried) - survived)
        table.add_row(kind.replace("_", " "), *map(str, counts))
    return table


if __name__ == "__main__":
    main()
