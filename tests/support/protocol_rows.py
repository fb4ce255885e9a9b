"""Rows of a dataset that protocols divide."""

import pandas as pd

ROWS = pd.DataFrame(
    {
        "id": [f"c/{n}" for n in range(6)],
        "corpus": ["c"] * 6,
        "split": ["train", "train", "validation", "test", "test", "test"],
        "speaker": ["c:a", "c:a", "c:b", "c:b", "c:d", None],
        "label": pd.array([3, 1, 3, 1, 3, None], dtype="Int64"),
        "label_native": ["W", "N", "W", "N", "W", "N"],
        "emotion": ["anger", "neutral", "anger", "neutral", "anger", None],
        "audio_xxh3": ["1", "2", "3", "2", "5", "6"],
        "annotations.session": ["1", "1", "2", "2", "2", "2"],
    }
)
