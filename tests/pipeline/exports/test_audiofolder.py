"""Audiofolder: datasets pairs every clip with its row."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import soundfile


def test_every_clip_has_its_row(
    export: Callable[..., Path], samples: dict[str, np.ndarray]
) -> None:
    folder = export("audiofolder", where="emotion = 'anger'")
    found = set()
    for split in ("train", "validation", "test"):
        rows = pd.read_csv(folder / split / "metadata.csv")
        assert (rows["split"] == split).all()
        for name, clip in zip(rows["file_name"], rows["id"], strict=True):
            heard, _ = soundfile.read(folder / split / name, dtype="int16")
            assert np.array_equal(heard, samples[clip])
        found |= set(rows["id"])
    assert found == {clip for clip in samples if " ang." in clip}


def test_datasets_finds_the_table_beside_the_clips(export: Callable[..., Path]) -> None:
    from datasets import load_dataset_builder

    builder = load_dataset_builder("audiofolder", data_dir=str(export("audiofolder")))
    assert builder.config.data_files.keys() == {"train", "validation", "test"}
