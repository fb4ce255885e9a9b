import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.utils.data import DataLoader

from training.data.shared_memory import Shapes, empty_tensors

SHAPES: Shapes = {"labels": ((3,), torch.int64), "mask": ((3, 5), torch.bool)}


def make_batch(rows: list[int]) -> dict[str, torch.Tensor]:
    batch = empty_tensors(SHAPES)
    batch["labels"][:] = torch.tensor(rows)
    batch["mask"][:] = True
    assert batch["labels"].is_shared()
    return batch


def test_workers_fill_shared_memory_by_a_private_function_that_pytorch_still_has() -> None:
    assert callable(torch.UntypedStorage._new_shared)
    loader = DataLoader(range(6), batch_size=3, num_workers=1, collate_fn=make_batch)
    batches = list(loader)
    assert [batch["labels"].tolist() for batch in batches] == [[0, 1, 2], [3, 4, 5]]
    assert all(batch["mask"].all() for batch in batches)


def test_main_process_fills_memory_of_its_own() -> None:
    assert not empty_tensors(SHAPES)["labels"].is_shared()


@given(st.integers(1, 9), st.integers(1, 9))
def test_tensors_lie_in_one_piece_and_apart(rows: int, width: int) -> None:
    shapes: Shapes = {
        "labels": ((rows,), torch.int64),
        "clips": ((rows, width), torch.float32),
        "mask": ((rows, width), torch.bool),
    }
    tensors = empty_tensors(shapes)
    assert len({tensor.untyped_storage().data_ptr() for tensor in tensors.values()}) == 1
    for number, (name, (shape, dtype)) in enumerate(shapes.items()):
        assert tensors[name].shape == shape
        assert tensors[name].dtype == dtype
        tensors[name].fill_(number)
    assert (tensors["labels"] == 0).all()
    assert (tensors["clips"] == 1).all()
    assert tensors["mask"].all()
