"""Hidden states of frozen bases, kept for each clip: every fold and every run asks for them again.

They are found by the weights of the base and the checksum of the samples, so that they outlive a
rebuilt dataset, and never serve another base or clip. New ones are a file more; none is rewritten.
"""

import json
import warnings
from collections.abc import Collection, Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq
import xxhash
from transformers import PreTrainedModel

from pipeline.storage.files import atomic_path

States = npt.NDArray[np.float32]

_ROWS = 256
"""Clips read at a time; of a large base one takes 100 kB."""


def states_folder(cache: Path, model: PreTrainedModel, longest: float) -> Path:
    """Where the states of a base are kept.

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


def read_states(folder: Path, wanted: Collection[str]) -> dict[str, States]:
    """The states ``(numbers,)`` of those clips that are there, by checksum of their samples."""
    found: dict[str, States] = {}
    for part in sorted(folder.glob("*.parquet")):
        with pq.ParquetFile(part) as file:
            for batch in file.iter_batches(_ROWS):
                states = batch.column("states")
                width = states.type.list_size
                values = states.flatten().to_numpy().reshape(-1, width)
                for row, checksum in enumerate(batch.column("audio_xxh3").to_pylist()):
                    if checksum in wanted:
                        found[checksum] = values[row].copy()
    return found


def write_states(folder: Path, states: Mapping[str, States]) -> None:
    """Adds the states of further clips; a folder that can't be written to is a warning."""
    if not states:
        return
    values = np.concatenate([one.reshape(-1) for one in states.values()])
    table = pa.table(
        {
            "audio_xxh3": pa.array(list(states), pa.string()),
            "states": pa.FixedSizeListArray.from_arrays(values, len(values) // len(states)),
        }
    )
    name = xxhash.xxh3_64_hexdigest("\n".join(sorted(states)).encode())
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with atomic_path(folder / f"{name}.parquet") as temporary:
            pq.write_table(table, temporary, row_group_size=_ROWS, compression="zstd")
    except OSError as error:
        reason = error.strerror or error
        warnings.warn(f"{folder}: features are not kept: {reason}", stacklevel=2)
