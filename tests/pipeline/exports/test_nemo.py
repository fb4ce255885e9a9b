"""NeMo's manifests: one line of JSON a clip, with paths beside the manifest."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import soundfile


def test_manifests(export: Callable[..., Path], samples: dict[str, np.ndarray]) -> None:
    folder = export("nemo")
    found = {}
    for file in folder.glob("*_manifest.json"):
        for line in file.read_text(encoding="utf-8").splitlines():
            entry = json.loads(line)
            heard, rate = soundfile.read(folder / entry["audio_filepath"], dtype="int16")
            assert entry["duration"] == len(heard) / rate
            assert np.array_equal(heard, samples[entry["id"]])
            found[entry["id"]] = entry
    assert found.keys() == samples.keys()
    assert found["tones/wav/m1 neu.11"]["label"] == "neutral"
    assert found["tones/wav/m1 neu.11"]["lang"] == "de"
    assert found["tones/wav/m1 neu.11"]["text"] == ""
