"""Lhotse reads what is written for it, audio, speakers, gender and text included."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

lhotse = pytest.importorskip("lhotse", reason="lhotse is not installed: pip install '.[exports]'")


def _assert_right(cuts: "lhotse.CutSet", samples: dict[str, np.ndarray]) -> None:
    found = {}
    for cut in cuts:
        (supervision,) = cut.supervisions
        found[supervision.id] = supervision
        heard = np.round(cut.load_audio()[0] * 32768).astype(np.int16)
        assert np.array_equal(heard, samples[supervision.id])
    assert found.keys() == samples.keys()
    angry = found["tones/wav/f1 ang.1"]
    assert (angry.speaker, angry.gender, angry.language) == ("tones:f1", "female", "en-GB")
    assert angry.custom["emotion"] == "anger"
    assert angry.custom["class_name"] == "high_negative"
    assert angry.custom["arousal"] == pytest.approx(0.75)
    assert found["tones/wav/f1 ang.2x"].text == "Ach\tja,  so"


def test_cuts(export: Callable[..., Path], samples: dict[str, np.ndarray]) -> None:
    folder = export("lhotse")
    files = sorted(folder.glob("cuts_*.jsonl.gz"))
    assert [file.name.split(".")[0] for file in files] == [
        "cuts_test",
        "cuts_train",
        "cuts_validation",
    ]
    _assert_right(lhotse.combine(*(lhotse.CutSet.from_file(file) for file in files)), samples)


def test_shar(export: Callable[..., Path], samples: dict[str, np.ndarray]) -> None:
    folder = export("shar")
    parts = [lhotse.CutSet.from_shar(in_dir=split) for split in folder.iterdir()]
    assert len(parts) == 3
    _assert_right(lhotse.combine(*(part.to_eager() for part in parts)), samples)
