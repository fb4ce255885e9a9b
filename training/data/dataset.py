"""From an index to batches: audio read by row group, crops, padding.

Audio is read from Parquet when an utterance is asked for, a row group at a time. What a training
crop holds depends on seed, epoch and utterance id only: neither the order of reading nor the number
of workers changes it.
"""

from collections.abc import Sequence
from random import Random
from typing import Literal, NotRequired, TypedDict, cast

import numpy as np
import numpy.typing as npt
import pandas as pd
import torch
from torch.utils.data import Dataset

from pipeline.common.errors import ExhubertError
from pipeline.schema.record import SAMPLE_RATE
from training.data.clips import Samples, change_speed, choose_crop, decode_clip, normalize_input
from training.data.parquet_audio import AudioReader, clip_locations
from training.data.sampling import Draw
from training.data.shard_files import worker_context
from training.data.shared_memory import Shapes, empty_tensors
from training.data.targets import SIX_CLASSES_ONLY, HeadLabels


class Example(TypedDict):
    """One utterance as the model sees it; targets of heads that the model lacks are not there."""

    input_values: Samples
    label: int
    emotion_label: NotRequired[int]
    rating_labels: NotRequired[npt.NDArray[np.float32]]
    label_shares: NotRequired[npt.NDArray[np.float32]]
    emotion_shares: NotRequired[npt.NDArray[np.float32]]


_VECTORS: tuple[Literal["rating_labels", "label_shares", "emotion_shares"], ...] = (
    *("rating_labels", "label_shares", "emotion_shares"),
)
"""Targets of several numbers a row."""


class FailedBatch(dict[str, torch.Tensor]):
    """Stands for a batch that could not be read: empty, with the error.

    A worker process sends it instead of raising, since PyTorch raises what a worker raised with a
    traceback in its message; :func:`require_batch` raises the error as it was.
    """

    def __init__(self, error: ExhubertError) -> None:
        super().__init__()
        self.error = error

    def __missing__(self, key: str) -> torch.Tensor:
        raise self.error  # where nobody has called require_batch


class Utterances(Dataset[Example]):
    """The utterances of an index as model input.

    ``utterances[7]`` is the whole clip of row 7 (up to ``longest``), for evaluation;
    ``utterances[Draw(7, epoch=2)]`` is the training crop of row 7 in epoch 2.
    """

    def __init__(
        self,
        index: pd.DataFrame,
        window: float = 3.0,
        longest: float = 30.0,
        speed: float = 0.0,
        seed: int = 0,
        heads: HeadLabels = SIX_CLASSES_ONLY,
        cache: str | None = None,
    ) -> None:
        """Prepares reading; opens nothing.

        Args:
            index: Rows of :func:`training.data.index.load_index`.
            window: Longest training crop, in seconds.
            longest: Longest evaluation clip, in seconds; what comes later is cut off.
            speed: Training crops play faster or slower by up to this share (pitch moves along,
                which stands in for other speakers); 0 for never.
            seed: Seed of the crops.
            heads: Heads beside that of the six classes, whose targets are wanted.
            cache: Folder for copies of shards at URLs.
        """
        self.ids = index["id"].tolist()
        self.frames = [round(seconds * SAMPLE_RATE) for seconds in index["duration"].tolist()]
        self.targets = heads.targets(index)
        self.locations = clip_locations(index)
        self.window = window
        self.longest = longest
        self.speed = speed
        self.seed = seed
        self.reader = AudioReader(cache=cache)
        self.worker_context = worker_context(index["shard"].unique().tolist())

    def __len__(self) -> int:
        return len(self.ids)

    def __getitem__(self, item: int | Draw) -> Example:
        row = item.row if isinstance(item, Draw) else item
        location = self.locations[row]
        encoded, shard, name = self.reader.read(location), location.shard, location.id
        if isinstance(item, Draw):
            width = round(self.window * SAMPLE_RATE)
            rng = crop_rng(self.seed, item, name)
            crop = choose_crop(self.frames[row], width, rng, self.speed)
            clip = change_speed(decode_clip(encoded, shard, name, *crop[:2]), crop.speed, width)
        else:
            last = min(self.frames[row], round(self.longest * SAMPLE_RATE))
            clip = decode_clip(encoded, shard, name, last=last)
        example = Example(
            input_values=normalize_input(clip), label=int(self.targets["labels"][row])
        )
        if "emotion_labels" in self.targets:
            example["emotion_label"] = int(self.targets["emotion_labels"][row])
        for name in _VECTORS:
            if name in self.targets:
                example[name] = self.targets[name][row]
        return example

    def __getitems__(self, items: Sequence[int | Draw]) -> list[Example] | list[ExhubertError]:
        """The examples of a batch, as a loader asks for them, or the first error among them."""
        try:
            return [self[item] for item in items]
        except ExhubertError as error:
            return [error]


def crop_rng(seed: int, draw: Draw, utterance_id: str) -> Random:
    """Random numbers of one draw: they depend on seed, epoch, copy and utterance id only."""
    return Random(f"{seed}/{draw.epoch}/{draw.copy}/{utterance_id}")


def collate(examples: Sequence[Example] | Sequence[ExhubertError]) -> dict[str, torch.Tensor]:
    """A batch in the model's arguments: ``input_values``, ``attention_mask`` and targets.

    Clips are padded with zeros to the longest; the mask is true on samples, both
    ``(batch, samples)``. ``labels`` and ``emotion_labels`` are ``(batch,)``, ``rating_labels``
    ``(batch, dimensions)``, shares of soft labels ``(batch, classes)``. An error instead of
    examples gives a :class:`FailedBatch`.
    """
    first = examples[0]
    if isinstance(first, ExhubertError):
        return FailedBatch(first)
    return _pad(cast("Sequence[Example]", examples))


def require_batch(batch: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """The batch of a loader; call it in the main process.

    Raises:
        ExhubertError: What kept the batch from being read.
    """
    if isinstance(batch, FailedBatch):
        raise batch.error
    return batch


def _pad(examples: Sequence[Example]) -> dict[str, torch.Tensor]:
    clips = [torch.from_numpy(example["input_values"]) for example in examples]
    rows, width = len(clips), max(map(len, clips))
    shapes: Shapes = {"labels": ((rows,), torch.int64)}
    if "emotion_label" in examples[0]:
        shapes["emotion_labels"] = ((rows,), torch.int64)
    there = [name for name in _VECTORS if name in examples[0]]
    shapes |= {name: ((rows, len(examples[0][name])), torch.float32) for name in there}
    shapes["input_values"] = ((rows, width), torch.float32)
    shapes["attention_mask"] = ((rows, width), torch.bool)
    batch = empty_tensors(shapes)
    for row, (clip, example) in enumerate(zip(clips, examples, strict=True)):
        batch["input_values"][row, : len(clip)] = clip
        batch["input_values"][row, len(clip) :] = 0
        batch["attention_mask"][row, : len(clip)] = True
        batch["attention_mask"][row, len(clip) :] = False
        batch["labels"][row] = example["label"]
        if "emotion_label" in example:
            batch["emotion_labels"][row] = example["emotion_label"]
        for name in there:
            batch[name][row] = torch.from_numpy(example[name])
    return batch
