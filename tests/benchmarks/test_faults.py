"""The short form of ``benchmarks/faults.py``: each kind of fault, once."""

import pytest

from benchmarks.fault_kinds.workspace import Ending, Workspace
from benchmarks.faults import KINDS, table_of

QUICK = {"kill_everything", "full_disk", "damaged_dataset", "strange_names"}


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return Workspace.make(tmp_path_factory.mktemp("faults"), clips=24)


@pytest.mark.parametrize(
    "kind", [pytest.param(kind, marks=[] if kind in QUICK else pytest.mark.slow) for kind in KINDS]
)
def test_a_build_survives(kind: str, workspace: Workspace) -> None:
    trials = KINDS[kind](workspace, 1)
    assert trials
    assert [trial for trial in trials if not trial.survived] == []
    assert table_of({kind: trials}).row_count == 1


def test_what_is_lost_is_called_lost(workspace: Workspace) -> None:
    def remark(ending: Ending) -> str:
        trial = workspace.judge("fault", ending, workspace.fresh("nothing"))
        assert not trial.survived
        return trial.remark

    assert remark(Ending(None, "")) == "hung"
    assert remark(Ending(0, "")) == "exit 0 with other bytes"
    assert remark(Ending(1, "Traceback (most recent call last): …")).startswith("exit 1")
