"""Parquet and WebDataset in a store: what crosses the line, and builds that give the same rows."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from exhubert.cli.main import main
from pipeline.sources.reader import open_planned_files, walk_sources
from pipeline.specs.source_spec import ParquetSpec, SourceRules, WebDatasetSpec
from pipeline.storage import StoreOptions, configure_stores
from tests.conftest import MakeCorpus, MakeSpec
from tests.support.archives import tarred
from tests.support.files import files_of
from tests.support.parquet import write_parquet
from tests.support.s3 import S3, serve


@pytest.fixture(scope="module")
def s3() -> Iterator[S3]:
    with serve() as store:
        yield store


@pytest.fixture(autouse=True)
def fresh(s3: S3, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    s3.watch()
    configure_stores(s3.options)
    yield
    configure_stores(StoreOptions())


def test_rows_of_a_store_are_listed_without_audio_and_read_once(s3: S3, tmp_path: Path) -> None:
    clips = [(f"{n:03d}.wav", os.urandom(60_000)) for n in range(100)]
    columns = {"emotion": ["anger"] * 100}
    file = write_parquet(tmp_path / "x.parquet", clips, columns, rows=25)
    s3.fill("hub", {"c/data/x.parquet": file.read_bytes()})
    rules = SourceRules(parquet=ParquetSpec(files=["*.parquet"], take={"emotion": "emotion"}))
    s3.watch()
    files = list(walk_sources("s3://hub/c", rules))
    assert len(files) == 100
    assert s3.sent < 300_000
    s3.watch()
    read = open_planned_files("s3://hub/c", rules, files)
    assert [read(one.path) for one in files] == [content for _, content in clips]
    assert s3.sent < 1.1 * file.stat().st_size


def test_samples_of_a_store_are_read(s3: S3) -> None:
    files = {"0.wav": b"a" * 3_000, "0.json": json.dumps({"emotion": "sad"}).encode()}
    s3.fill("hub", {"w/x-0.tar": tarred(files), "w/x-1.tar": tarred(files)})
    rules = SourceRules(webdataset=WebDatasetSpec(files=["*.tar"], take={"emotion": "emotion"}))
    found = sorted(walk_sources("s3://hub/w", rules))
    assert [file.path for file in found] == ["x-0.tar/0.wav", "x-1.tar/0.wav"]
    read = open_planned_files("s3://hub/w", rules, found)
    s3.watch()
    assert [read(file.path) for file in found] == [b"a" * 3_000] * 2
    assert s3.sent < 10_000  # the samples alone, no header


def test_a_build_from_a_store_gives_the_rows_of_files(
    s3: S3, make_spec: MakeSpec, make_corpus: MakeCorpus, tmp_path: Path
) -> None:
    root = make_corpus()
    clips = [(n.removeprefix("wav/"), content) for n, content in sorted(files_of(root).items())]
    emotions = [name.split("_")[1] for name, _ in clips]
    file = write_parquet(tmp_path / "x.parquet", clips, {"emotion": emotions}, rows=5)
    s3.fill("hub", {"b/x.parquet": file.read_bytes()})
    make_spec(parquet='{files: "*.parquet", name: "wav/{_name}", take: [emotion]}')
    command = ["build", "--spec", str(tmp_path / "tones.yaml"), "--json", "--jobs", "1"]
    keys = ["--s3_access_key_id", "key", "--s3_secret_access_key", "secret"]
    found = []
    for where, output in ((str(root), "one"), ("s3://hub/b", "two")):
        store = [*keys, "--s3_endpoint_url", s3.url] if where.startswith("s3") else []
        given = [*command, "--root", f"tones={where}", "--output", str(tmp_path / output), *store]
        assert main(given) == 0
        shards = sorted((tmp_path / output).glob("data/*/*.parquet"))
        frame = pd.concat(map(pd.read_parquet, shards)).sort_values("id", ignore_index=True)
        found.append(frame.drop(columns="source_path"))
    pd.testing.assert_frame_equal(*found)
