"""audformat loads the database, with schemes, splits and speakers."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

audformat = pytest.importorskip(
    "audformat", reason="audformat is not installed: pip install '.[exports]'"
)


@pytest.mark.filterwarnings("ignore:The inplace keyword")  # audformat with pandas 3.1
def test_it_loads(export: Callable[..., Path], samples: dict[str, np.ndarray]) -> None:
    folder = export("audformat")
    database = audformat.Database.load(str(folder))
    tables = {name: database[f"emotion.{name}"] for name in ("train", "validation", "test")}
    assert sum(len(table) for table in tables.values()) == len(samples)
    assert database.splits["validation"].type == "dev"
    assert set(database.languages) == {"eng", "deu"}
    assert set(database.schemes["emotion"].labels) == {"anger", "neutral"}
    assert database.schemes["speaker"].labels["tones:f1"] == {"gender": "female"}
    assert (database.schemes["arousal"].minimum, database.schemes["arousal"].maximum) == (0, 1)
    for table in tables.values():
        for file, row in table.df.iterrows():
            heard, _ = soundfile.read(folder / file, dtype="int16")
            clip = file.removeprefix("audio/").removesuffix(".flac")
            assert np.array_equal(heard, samples[clip])
            assert row["emotion"] == ("anger" if " ang." in clip else "neutral")
            rated = clip.endswith("f1 ang.1")
            assert row["arousal"] == pytest.approx(0.75 if rated else float("nan"), nan_ok=True)
