"""audformat loads the database, with schemes, splits and speakers."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from pipeline.dataset.manifest import require_manifest
from pipeline.dataset.selection import find_rows
from pipeline.exports.audformat_database import write_audformat
from pipeline.exports.export_request import ExportRequest

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


@pytest.mark.filterwarnings("ignore:The inplace keyword")  # audformat with pandas 3.1
@pytest.mark.parametrize(
    ("licence", "redistribute", "usage"),
    [
        ("CC0-1.0", True, "unrestricted"),
        ("CC-BY-NC-SA-4.0", True, "research"),
        ("terms of its own", True, "research"),  # nobody has said that they allow trade
        ("CC-BY-ND-4.0", True, "restricted"),
        ("CC-BY-4.0", False, "restricted"),
        ("CC-BY-4.0", None, "restricted"),
    ],
)
def test_its_usage_is_what_the_strictest_terms_allow(
    dataset: Path, tmp_path: Path, licence: str, redistribute: bool | None, usage: str
) -> None:
    manifest = require_manifest(str(dataset))
    terms = {"licence": licence, "redistribute": redistribute}
    bound = manifest.corpora["tones"].model_copy(update=terms)
    mix = manifest.model_copy(update={"corpora": {"free": manifest.corpora["tones"], "mix": bound}})
    rows = find_rows(str(dataset), manifest, "text is not null").head(1)
    (tmp_path / "out").mkdir()
    write_audformat(ExportRequest(str(dataset), mix, rows, tmp_path / "out"))
    assert audformat.Database.load(str(tmp_path / "out")).usage == usage
