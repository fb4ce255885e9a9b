from pathlib import Path

import pytest
import torch

from tests.support.rated_shards import recipe, write_rated
from training.data.dataset import Utterances, collate
from training.data.targets import count_labelled, take_targets
from training.finetuning.label_counts import LabelCounts
from training.finetuning.run_plan import plan_run


@pytest.mark.parametrize(("world", "accumulate"), [(1, 1), (1, 3), (2, 2), (3, 1)])
def test_counts_are_those_of_the_batches_that_a_step_adds_up(
    tmp_path: Path, world: int, accumulate: int
) -> None:
    plan = plan_run(recipe(), write_rated(tmp_path))
    utterances = Utterances(plan.index, heads=plan.heads)
    samplers = [plan.batches(rank, world) for rank in range(world)]
    counts = LabelCounts(samplers[-1], plan.heads.targets(plan.index), accumulate)
    step = 0
    for epoch in range(2):
        for sampler in samplers:
            sampler.set_epoch(epoch)
        turns = list(zip(*samplers, strict=True))
        for first in range(0, len(turns), accumulate):
            rows = [draw for turn in turns[first : first + accumulate] for b in turn for draw in b]
            expected = count_labelled(take_targets(collate([utterances[draw] for draw in rows])))
            torch.testing.assert_close(counts(step), expected)
            step += 1
