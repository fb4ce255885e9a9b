"""Memory of batches: in worker processes shared, so that a batch is sent without being copied.

The only file of the package that uses a private name of PyTorch.
"""

import math

import torch
from torch.utils.data import get_worker_info

Shapes = dict[str, tuple[tuple[int, ...], torch.dtype]]


def empty_tensors(shapes: Shapes) -> dict[str, torch.Tensor]:
    """Tensors to be filled, all in one piece of memory; one piece each would be sent slower.

    ``UntypedStorage._new_shared`` is private, but what PyTorch's own ``default_collate`` allocates
    batches by. ``share_memory_``, which is public, copies once more: a loader of WAV clips then
    takes 15 % more processor time.

    Args:
        shapes: Shape and type of each tensor; the types of the largest items come first.
    """
    sizes = [math.prod(shape) * dtype.itemsize for shape, dtype in shapes.values()]
    if get_worker_info() is None:
        memory = torch.empty(sum(sizes), dtype=torch.uint8)
    else:
        storage = torch.UntypedStorage._new_shared(sum(sizes))
        memory = torch.empty(0, dtype=torch.uint8).set_(storage)
    pieces = memory.split(sizes)
    return {
        name: piece.view(dtype).view(shape)
        for piece, (name, (shape, dtype)) in zip(pieces, shapes.items(), strict=True)
    }
