import pytest

from training.evaluation.baselines.kinds import BASELINE_KINDS, BaselineKind
from training.evaluation.baselines.run import Baseline


@pytest.mark.parametrize("kind", BASELINE_KINDS)
def test_each_can_be_run(kind: BaselineKind) -> None:
    Baseline(kind, "base" if kind == "probe" else None).check()
