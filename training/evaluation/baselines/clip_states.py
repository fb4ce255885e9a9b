"""Hidden states of clips in a frozen encoder, averaged over their frames; kept from run to run."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import torch
import xxhash
from torch.utils.data import DataLoader
from transformers import PreTrainedModel

from training.data.dataset import Utterances, collate, require_batch
from training.data.index import clipped_durations
from training.data.progress import OnProgress, no_progress
from training.data.sampling import FixedBatches
from training.evaluation.baselines.feature_cache import BLOCK, FeatureCache
from training.inference.batch import evaluation_batch_size
from training.inference.devices import inference_device
from training.model.frames import frame_mask
from training.model.modeling_exhubert import ExtendedClassifier

States = npt.NDArray[np.float32]


@dataclass(frozen=True)
class ClipStates:
    """Hidden states of clips, of which one layer at a time is in memory.

    Attributes:
        checksums: Of the samples of each clip.
        width: Numbers of a state.
        cache: Where they are kept.
        held: Row → states ``(layers, width)`` of a clip that is not kept.
    """

    checksums: "pd.Series[str]"
    width: int
    cache: FeatureCache
    held: Mapping[int, States]

    def of_layer(self, number: int) -> States:
        """States of one layer, ``(clips, width)``."""
        states = np.full((len(self.checksums), self.width), np.nan, np.float32)
        for row, state in self.held.items():
            states[row] = state[number]
        rows_of: dict[str, list[int]] = {}
        for row, checksum in enumerate(self.checksums):
            if row not in self.held:
                rows_of.setdefault(checksum, []).append(row)
        for checksum, state in self.cache.read(rows_of.keys(), number):
            states[rows_of[checksum]] = state
        return states


def kept_states(
    model: ExtendedClassifier,
    rows: pd.DataFrame,
    cache_folder: Path | None,
    longest: float = 30.0,
    on_progress: OnProgress = no_progress,
) -> ClipStates:
    """:func:`pooled_states`, of which those that are kept are read, and the others added.

    Args:
        model: Whose encoder is probed.
        rows: Rows of an index; without a checksum of their samples they are encoded each time.
        cache_folder: Where states are kept; ``None`` for nowhere.
        longest: Seconds after which a clip is cut off.
        on_progress: Called as clips are done.
    """
    folder = states_folder(cache_folder, model, longest) if cache_folder else None
    cache = FeatureCache(folder, count_layers(model))
    sums = rows["audio_xxh3"].reset_index(drop=True)
    new = np.flatnonzero(~sums.isin(cache.checksums()))
    on_progress(len(rows) - len(new), len(rows))
    held: dict[int, States] = {}
    for start in range(0, len(new), BLOCK):
        places = new[start : start + BLOCK]
        part = rows.iloc[places].reset_index(drop=True)
        states = pooled_states(model, part, longest, lambda more, _: on_progress(more, len(rows)))
        named = {
            checksum: state
            for checksum, state in zip(sums[places], states, strict=True)
            if isinstance(checksum, str)
        }
        kept = cache.write(named)
        held |= {
            int(place): state
            for place, state in zip(places, states, strict=True)
            if not (kept and isinstance(sums[place], str))
        }
    return ClipStates(sums, model.config.hidden_size, cache, held)


def states_folder(cache: Path, model: PreTrainedModel, longest: float) -> Path:
    """Where the states of a base are kept: by its weights, which say more than its name.

    Args:
        cache: Folder for features of all kinds.
        model: The base.
        longest: Seconds after which a clip is cut off.
    """
    settings = model.config.to_dict()
    for name in ("_name_or_path", "transformers_version"):
        settings.pop(name, None)
    key = xxhash.xxh3_128(json.dumps([settings, longest], sort_keys=True, default=str).encode())
    encoder = model.base_model  # heads are drawn anew and say nothing here
    for name, weights in sorted(encoder.state_dict().items()):
        if name.endswith("masked_spec_embed"):
            continue  # of training only, and drawn anew where a base has none
        key.update(name.encode())
        key.update(np.ascontiguousarray(weights.detach().cpu().float().numpy()).tobytes())
    return cache / f"states-{key.hexdigest()}"


@torch.inference_mode()
def pooled_states(
    model: ExtendedClassifier,
    rows: pd.DataFrame,
    longest: float = 30.0,
    on_progress: OnProgress = no_progress,
    batch_size: int = 16,
) -> States:
    """Hidden states averaged over the frames of each clip, ``(rows, layers + 1, width)``.

    Args:
        model: Whose encoder is probed.
        rows: Rows of :func:`training.data.index.load_index`.
        longest: Seconds after which a clip is cut off.
        on_progress: Called as clips are encoded.
        batch_size: Clips at once, where padding changes nothing.
    """
    model = model.eval().to(inference_device())
    rows = rows.assign(group=rows.groupby(["shard", "row_group"], sort=True).ngroup())
    batch_size = evaluation_batch_size(model, batch_size)
    batches = FixedBatches(rows, clipped_durations(rows, longest), batch_size)
    loader = DataLoader(
        Utterances(rows, longest=longest), batch_sampler=batches, collate_fn=collate
    )
    config = model.config
    pooled = np.empty((len(rows), config.num_hidden_layers + 1, config.hidden_size), np.float32)
    for indices, batch in zip(batches, map(require_batch, loader), strict=True):
        output = model.base_model(
            batch["input_values"].to(model.device),
            attention_mask=batch["attention_mask"].to(model.device),
            output_hidden_states=True,
        )
        states = torch.stack(output.hidden_states, dim=1)
        valid = frame_mask(batch["attention_mask"].to(model.device), states.shape[2], config)
        valid = valid[:, None, :, None]
        pooled[indices] = ((states * valid).sum(dim=2) / valid.sum(dim=2)).float().cpu().numpy()
        on_progress(len(indices), len(rows))
    return pooled


def count_layers(model: ExtendedClassifier) -> int:
    """Layers of an encoder, and what enters the first one."""
    return int(model.config.num_hidden_layers) + 1
