"""The dataset folder as others read it: datasets, pandas, DuckDB, Polars."""

import io
import re
from pathlib import Path
from typing import Any

import datasets
import duckdb
import numpy as np
import pandas
import polars
import pytest
import soundfile

from pipeline.audio.options import AudioOptions
from pipeline.planning.build_config import BuildConfig, Corpus
from pipeline.running.build import build_dataset
from pipeline.schema.record import CLASSES, RECORD
from pipeline.specs.emotion_scheme import emotion_scheme
from tests.conftest import MakeCorpus, MakeSpec


@pytest.fixture
def dataset(tmp_path: Path, make_spec: MakeSpec, make_corpus: MakeCorpus) -> Path:
    corpora = {
        name: Corpus(make_spec(name), str(make_corpus(name, speakers=5)))
        for name in ("tones", "bells")
    }
    build_dataset(BuildConfig(corpora, emotion_scheme(), str(tmp_path / "out"), AudioOptions()))
    return tmp_path / "out"


def test_load_dataset_knows_splits_classes_and_audio(dataset: Path, tmp_path: Path) -> None:
    cache = str(tmp_path / "cache")
    loaded = datasets.load_dataset(str(dataset), cache_dir=cache)
    assert set(loaded) == {"train", "validation", "test"}
    assert sum(split.num_rows for split in loaded.values()) == 60
    assert loaded["train"].features["label"].names == list(CLASSES)
    assert loaded["train"].features["audio"].sampling_rate == 16_000
    stored = loaded["train"].cast_column("audio", datasets.Audio(decode=False))[0]
    samples, rate = soundfile.read(io.BytesIO(stored["audio"]["bytes"]))
    assert rate == 16_000
    assert len(samples) / rate == pytest.approx(stored["duration"])
    one = datasets.load_dataset(str(dataset), "bells", cache_dir=cache)
    assert set(one["test"]["corpus"]) == {"bells"}


def test_the_example_of_the_card_gives_sound(
    dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    card = (dataset / "README.md").read_text(encoding="utf-8")
    example = re.findall(r"^```python\n(.*?)^```$", card, re.M | re.S)[0]
    names: dict[str, Any] = {}
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")
    exec(example.replace("PATH/TO/THIS/FOLDER", str(dataset)), names)
    assert names["rate"] == 16_000
    assert np.abs(names["samples"]).max() > 0.1
    assert names["classes"] == list(CLASSES)


def test_load_dataset_reads_bare_shards(dataset: Path, tmp_path: Path) -> None:
    files = [str(file) for file in dataset.glob("data/tones/*.parquet")]
    loaded = datasets.load_dataset("parquet", data_files=files, cache_dir=str(tmp_path / "cache"))
    assert loaded["train"].features["label"].names == list(CLASSES)
    assert isinstance(loaded["train"].features["audio"], datasets.Audio)


def test_tables_read_it_without_glue(dataset: Path) -> None:
    shards = f"{dataset}/data/*/*.parquet"
    counted = duckdb.sql(f"select corpus, count(*) as n from '{shards}' group by corpus").fetchall()
    assert dict(counted) == {"tones": 30, "bells": 30}
    assert polars.read_parquet(shards).columns == RECORD.names


def test_card_lists_corpora_terms_and_splits(dataset: Path) -> None:
    card = (dataset / "README.md").read_text()
    assert card.startswith("---\n")
    assert "| `tones` | Tones | en | CC0-1.0 | yes | 30 |" in card
    assert "speaker-disjoint" in card


def test_answers_of_raters_are_read_by_all(
    tmp_path: Path, make_spec: MakeSpec, make_corpus: MakeCorpus
) -> None:
    root = make_corpus()
    stems = sorted(file.stem for file in root.glob("wav/*.wav"))
    rows = [
        f"{stem},{rater},{felt},{level}"
        for stem in stems
        for rater, felt, level in (("a", "hap", "6,5"), ("a", "neu", ""), ("b", "hap", "2"))
    ]
    text = "\n".join(["clip;rater;felt;level", *(row.replace(",", ";", 3) for row in rows)])
    (root / "answers.csv").write_text(text)
    spec = make_spec(
        tables="{answers: {file: answers.csv, match: {clip: '{stem}'}, "
        "take: {rater: rater, emotion: felt, arousal: level}}}",
        raters="{rows: answers, by: rater, emotion: majority, ratings: mean}",
        scales="{arousal: [1, 7]}",
    )
    build_dataset(
        BuildConfig(
            {"tones": Corpus(spec, str(root))},
            emotion_scheme(),
            str(tmp_path / "out"),
            AudioOptions(),
        )
    )
    both = [
        {"rater": "a", "emotions": ["hap", "neu"], "secondary": [], "arousal": 6.5},
        {"rater": "b", "emotions": ["hap"], "secondary": [], "arousal": 2.0},
    ]
    both = [answer | {"valence": None, "dominance": None} for answer in both]
    loaded = datasets.load_dataset(str(tmp_path / "out"), cache_dir=str(tmp_path / "cache"))
    first = loaded["train"].remove_columns("audio")[0]
    assert first["raters"] == both
    assert first["emotion"] == "happiness"
    assert first["arousal"] == pytest.approx(3.25 / 6)
    assert {vote["key"]: vote["value"] for vote in first["votes"]} == {
        "happiness": 1.5,
        "neutral": 0.5,
    }
    shards = f"{tmp_path}/out/data/*/*.parquet"
    found = polars.read_parquet(shards, columns=["raters"])["raters"].to_list()
    assert found == [both] * 24
    frame = pandas.read_parquet(next(tmp_path.glob("out/data/*/train-*.parquet")))
    assert list(frame["raters"][0][0]["emotions"]) == ["hap", "neu"]
    felt = duckdb.sql(
        f"select r.rater, mean(r.arousal) from (select unnest(raters) r from '{shards}') group by 1"
    ).fetchall()
    assert dict(felt) == {"a": 6.5, "b": 2.0}
