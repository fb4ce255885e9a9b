"""Rows found by a condition, and their clips as files."""

import csv
import io
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from exhubert.cli.main import main
from pipeline.common.errors import DataError
from pipeline.dataset import selection
from pipeline.dataset.manifest import require_manifest
from pipeline.dataset.selection import cell_text, find_rows, read_clips, write_files, write_table
from tests.conftest import MakeCorpus, MakeSpec


@pytest.fixture
def dataset(make_spec: MakeSpec, make_corpus: MakeCorpus, tmp_path: Path) -> str:
    make_spec()
    where = ["--root", f"tones={make_corpus()}", "--output", str(tmp_path / "dataset")]
    assert main(["build", "--spec", str(tmp_path / "tones.yaml"), "--jobs", "1", *where]) == 0
    return str(tmp_path / "dataset")


def rows_of(dataset: str, where: str | None = None) -> pd.DataFrame:
    return find_rows(dataset, require_manifest(dataset), where)


def test_all_rows_are_found_and_those_of_a_condition(dataset: str) -> None:
    everything, angry = rows_of(dataset), rows_of(dataset, "emotion = 'anger'")
    assert len(everything) == 24
    assert len(angry) == 8
    assert set(angry["class_name"]) == {"high_negative"}
    assert set(angry["id"]) < set(everything["id"])


def test_clips_come_with_their_own_audio_in_any_order(dataset: str) -> None:
    rows = rows_of(dataset).sample(frac=1, random_state=3)
    shards = [pq.read_table(path).to_pylist() for path in Path(dataset, "data").rglob("*.parquet")]
    stored = {row["id"]: row["audio"]["bytes"] for shard in shards for row in shard}
    clips = dict(read_clips(dataset, rows))
    assert clips.keys() == stored.keys()
    assert clips == stored


@given(st.sets(st.text(st.sampled_from("a%0A25\n\r\x7f"), min_size=1), min_size=2, max_size=9))
def test_files_have_names_of_one_line_each_its_own(names: set[str]) -> None:
    clips = [(f"tones/{name}.x", b"RIFF") for name in sorted(names)]
    with TemporaryDirectory() as folder, patch.object(selection, "read_clips", lambda *_: clips):
        files = write_files("dataset", pd.DataFrame(), Path(folder))
        assert all(Path(folder, file).is_file() for file in files)
    assert len({*files}) == len(names)
    assert all(file.isprintable() for file in files)


def test_rows_of_another_dataset_give_no_other_clip(dataset: str) -> None:
    rows = rows_of(dataset)
    rows["row"] = rows["row"].iloc[::-1].to_numpy()
    with pytest.raises(DataError, match="is not where it was"):
        list(read_clips(dataset, rows))


@pytest.mark.parametrize("codec", [None, "flac", "wav"])
def test_saved_files_hold_the_same_samples(dataset: str, tmp_path: Path, codec: str | None) -> None:
    rows, folder = rows_of(dataset, "split = 'train'"), tmp_path / "clips"
    write_table(rows, write_files(dataset, rows, folder, codec), folder / "metadata.csv")
    with (folder / "metadata.csv").open(newline="") as file:
        table = list(csv.DictReader(file))
    assert [row["id"] for row in table] == rows["id"].tolist()
    for row, (clip, content) in zip(table, read_clips(dataset, rows), strict=True):
        assert row["file_name"] == f"{clip}.{codec or 'flac'}"
        saved, _ = soundfile.read(folder / row["file_name"], dtype="int16")
        assert np.array_equal(saved, soundfile.read(io.BytesIO(content), dtype="int16")[0])


@pytest.mark.parametrize("clip", ["../../outside", "/outside", "a\\b"])
def test_an_id_that_leads_elsewhere_is_refused(
    dataset: str, tmp_path: Path, clip: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = rows_of(dataset).head(1)
    content = next(content for _, content in read_clips(dataset, rows))
    monkeypatch.setattr("pipeline.dataset.selection.read_clips", lambda *_: iter([(clip, content)]))
    with pytest.raises(DataError, match="no path below a folder"):
        write_files(dataset, rows, tmp_path / "deep" / "clips")
    assert not list(tmp_path.glob("outside*"))


def test_lists_become_one_cell() -> None:
    votes = [{"key": "anger", "value": 2.0}, {"key": "neutral", "value": 1.0}]
    assert cell_text(votes) == "anger=2.0; neutral=1.0"
    assert cell_text(np.array(["clipped", "quiet"])) == "clipped; quiet"
    assert cell_text(None) == cell_text(float("nan")) == ""
