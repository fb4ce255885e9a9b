"""How many labelled rows stand behind each optimizer step, known from the plan of its epoch."""

from collections.abc import Mapping
from typing import Any

import numpy.typing as npt
import torch
from torch import Tensor

from training.data.sampling import EpochBatches
from training.data.targets import count_labelled


class LabelCounts:
    """Counts the rows that carry each target in all batches of an optimizer step.

    A step adds up the gradients of ``accumulate`` batches of each process. All of them are planned
    alike in every process, so that no process has to ask the others.
    """

    def __init__(
        self, batches: EpochBatches, targets: Mapping[str, npt.NDArray[Any]], accumulate: int
    ) -> None:
        """Counts nothing yet.

        Args:
            batches: The plan, of whichever process.
            targets: Of all rows: :meth:`training.data.targets.HeadLabels.targets`.
            accumulate: Batches of each process whose gradients are added up.
        """
        self.batches = batches
        self.targets = {name: torch.tensor(values) for name, values in targets.items()}
        self.width = accumulate * batches.world
        self.steps_per_epoch = -(-len(batches) // accumulate)

    def __call__(self, step: int) -> dict[str, Tensor]:
        """The counts of an optimizer step, the first being step 0.

        Returns:
            As :func:`training.data.targets.count_labelled`: ``()`` for classes, ``(dimensions,)``
            for ratings.
        """
        epoch, number = divmod(step, self.steps_per_epoch)
        batches = self.batches.of_all_processes(epoch)
        chosen = batches[number * self.width : (number + 1) * self.width]
        rows = torch.tensor([draw.row for batch in chosen for draw in batch])
        return count_labelled({name: values[rows] for name, values in self.targets.items()})
