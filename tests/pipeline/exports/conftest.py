"""A dataset of tones, whose speakers are girls and boys, and exports of it."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
import soundfile

from exhubert.cli.main import main
from pipeline.exports.formats import export_dataset
from tests.conftest import write_tone

SPEC = """
id: {corpus}
name: Tones & more
languages: [en-GB, de]
kind: acted
licence: {{name: CC0-1.0, redistribute: true}}
access: {{how: open}}
citation: Nobody, never
audio: "wav/*.wav"
path: '(?P<speaker>(?P<letter>[fm])\\d) (?P<emotion>[a-z]+)\\.(?P<take>\\d+)(?P<text>x?)\\.wav$'
gender: {{of: letter, female: [f], male: [m]}}
language: {{of: letter, f: en-GB, m: de}}
texts: {{x: "Ach\\tja,  so"}}
emotions: {{ang: anger, neu: neutral}}
scales: {{arousal: [1, 5]}}
tables:
  ratings: {{file: ratings.csv, match: {{clip: "{{stem}}"}}, take: [arousal], unmatched: keep}}
expected: {{utterances: 16, source: this test}}
"""


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sixteen clips whose names have blanks and dots, one of them rated."""
    folder = tmp_path_factory.mktemp("exports")
    (folder / "tones.yaml").write_text(SPEC.format(corpus="tones"))
    number = 0
    for speaker in ("f1", "f2", "m1", "m2"):
        for emotion in ("ang", "neu"):
            for text in ("", "x"):
                number += 1
                clip = folder / "corpus/wav" / f"{speaker} {emotion}.{number}{text}.wav"
                write_tone(clip, hertz=200 + 9 * number, seconds=0.3 + 0.01 * number)
    (folder / "corpus/ratings.csv").write_text("clip,arousal\nf1 ang.1,4\n")
    command = ["build", "--spec", str(folder / "tones.yaml"), "--jobs", "1"]
    where = ["--root", f"tones={folder / 'corpus'}", "--output", str(folder / "dataset")]
    assert main([*command, *where]) == 0
    return folder / "dataset"


@pytest.fixture
def export(dataset: Path, tmp_path: Path) -> Callable[..., Path]:
    """Writes the dataset in a form; gives its folder."""

    def write(form: str, **options: str) -> Path:
        folder = tmp_path / form
        export_dataset(str(dataset), folder, form, **options)
        return folder

    return write


@pytest.fixture(scope="module")
def samples(dataset: Path) -> dict[str, np.ndarray]:
    """Id → samples, int16, as the shards have them."""
    import io

    rows = [row for path in dataset.glob("data/*/*") for row in pq.read_table(path).to_pylist()]
    return {
        row["id"]: soundfile.read(io.BytesIO(row["audio"]["bytes"]), dtype="int16")[0]
        for row in rows
    }
