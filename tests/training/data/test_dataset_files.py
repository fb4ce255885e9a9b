"""Datasets in object stores: servers on the loopback stand in for S3 and for Google's."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import boto3
import numpy as np
import pytest
import torch
from moto.server import ThreadedMotoServer
from torch.utils.data import DataLoader

from pipeline.common.errors import DataError, UsageError
from pipeline.storage import StoreOptions, configure_stores
from pipeline.storage.folder_lock import lock_folder
from tests.support.gcs import serve
from tests.support.shards import NANO, write_tones
from training.config.recipe import load_recipe
from training.data.dataset import Utterances, collate
from training.data.dataset_files import identity
from training.data.index import load_index
from training.data.manifest import content_checksum
from training.data.parquet_audio import AudioReader, clip_locations
from training.evaluation.evaluate import evaluate
from training.finetuning.run_provenance import describe_dataset
from training.finetuning.train import train
from training.inference.load_model import load_model


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tones(tmp_path_factory.mktemp("tones"), {"train": 2, "validation": 1, "test": 1})


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(scope="module")
def uploaded(local: Path, endpoint: str) -> str:
    client = boto3.client(
        "s3",
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id="anybody",
        aws_secret_access_key="anything",
    )
    client.create_bucket(Bucket="corpora")
    for path in local.rglob("*"):
        if path.is_file():
            client.upload_file(str(path), "corpora", f"built/{path.relative_to(local).as_posix()}")
    return "s3://corpora/built"


@pytest.fixture(params=["variable", "option"])
def url(
    request: pytest.FixtureRequest, uploaded: str, endpoint: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    """The dataset's URL; the endpoint stands in the environment, or in the options."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "anybody")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "anything")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    region = StoreOptions(s3_region_name="us-east-1")
    if request.param == "variable":
        monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
        configure_stores(region)
    else:
        configure_stores(replace(region, s3_endpoint_url=endpoint))
    yield uploaded
    configure_stores(StoreOptions())


@pytest.fixture
def google_url(local: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    with serve() as gcs:
        files = (path for path in local.rglob("*") if path.is_file())
        names = {f"built/{path.relative_to(local).as_posix()}": path for path in files}
        gcs.fill("corpora", {name: path.read_bytes() for name, path in names.items()})
        monkeypatch.setenv("STORAGE_EMULATOR_HOST", gcs.url)
        configure_stores(StoreOptions(no_auth=True))
        yield "gs://corpora/built"
        configure_stores(StoreOptions())


def test_dataset_in_googles_store_is_that_of_the_folder(google_url: str, local: Path) -> None:
    check_same(google_url, local)


def test_index_and_audio_are_those_of_the_folder(url: str, local: Path) -> None:
    check_same(url, local)


def check_same(url: str, local: Path) -> None:
    here, there = load_index(local), load_index(url)
    columns = here.columns.drop("shard")
    assert here[columns].equals(there[columns])
    for row in (0, len(here) - 1):
        np.testing.assert_array_equal(
            Utterances(here)[row]["input_values"], Utterances(there)[row]["input_values"]
        )
    described = describe_dataset(url, there)
    assert described["manifest_sha256"] == describe_dataset(local, here)["manifest_sha256"]
    assert described["name"] == "built"


def test_a_shard_is_read_by_row_group_without_a_copy(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    index = load_index(url, "train")
    reader = AudioReader(budget=1)
    for location in clip_locations(index.iloc[[0, 5, 11]]):
        assert reader.read(location)[:4] == b"fLaC"
    assert not list(tmp_path.iterdir())


def test_a_cache_is_filled_once(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    index = load_index(url, "train")
    utterances = Utterances(index, cache=str(tmp_path))
    first = [utterances[row]["input_values"] for row in range(len(index))]
    copies = {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    assert len(copies) == index["shard"].nunique()
    again = Utterances(index, cache=str(tmp_path))
    for row, clip in enumerate(first):
        np.testing.assert_array_equal(again[row]["input_values"], clip)
    assert copies == {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir()}


def test_worker_processes_read_from_the_store(
    uploaded: str, endpoint: str, local: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "anybody")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "anything")
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
    utterances = Utterances(load_index(uploaded, "test"))
    loader = DataLoader(
        utterances,
        batch_size=6,
        collate_fn=collate,
        num_workers=1,
        multiprocessing_context=utterances.worker_context,
    )
    here = DataLoader(Utterances(load_index(local, "test")), batch_size=6, collate_fn=collate)
    for found, expected in zip(loader, here, strict=True):
        torch.testing.assert_close(found, expected)


def test_run_on_a_bucket_gives_the_model_of_a_run_on_disk(
    uploaded: str, endpoint: str, local: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "anybody")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "anything")
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
    recipe = load_recipe("tiny", [*NANO, "optimizer.epochs=1", "run.evaluate_every=1"])
    models = [
        load_model(train(recipe, data, tmp_path / name).output).model.state_dict()
        for name, data in (("here", local), ("there", uploaded))
    ]
    torch.testing.assert_close(*models, rtol=0, atol=0)
    assert evaluate(tmp_path / "there", uploaded, "test").overall.utterances == 12


def test_any_file_system_of_fsspec_serves(local: Path) -> None:
    index = load_index(f"fsspec+file://{local}")
    assert len(index) == len(load_index(local))
    assert Utterances(index)[0]["label"] == 0


@pytest.mark.parametrize(
    ("location", "message"),
    [
        ("gopher://old/dataset", "can't be opened"),
        ("fsspec+file:///nowhere/at/all", "no shards"),
    ],
)
def test_url_that_holds_no_dataset_is_a_usage_error(location: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        load_index(location)


@pytest.mark.parametrize(
    ("location", "options"),
    [
        (
            "s3://bucket/d?endpoint_override=127.0.0.1:9&scheme=http&region=eu-1",
            "s3://bucket/d --s3_endpoint_url=http://127.0.0.1:9 --s3_region_name=eu-1",
        ),
        (
            "s3://bucket/d?region=eu-1&endpoint_override=store.example.org",
            "s3://bucket/d --s3_endpoint_url=https://store.example.org --s3_region_name=eu-1",
        ),
        ("gs://anonymous@bucket/d", "gs://bucket/d --no_auth"),
        ("gs://anonymous@bucket/d?retry_limit_seconds=9", "gs://bucket/d --no_auth"),
    ],
)
def test_options_in_a_url_are_told_how_they_are_spelled_now(location: str, options: str) -> None:
    with pytest.raises(UsageError, match=rf"{re.escape(options)};"):
        load_index(location)


def test_dataset_that_is_being_written_is_not_read(tmp_path: Path) -> None:
    write_tones(tmp_path, {"train": 1})
    with (
        lock_folder(str(tmp_path), "exhubert build"),
        pytest.raises(DataError, match=r"exhubert build \(process"),
    ):
        load_index(tmp_path)
    assert len(load_index(tmp_path)) == 12


def test_protocols_apart_from_the_one_in_use_make_no_other_dataset(tmp_path: Path) -> None:
    def checksum(**protocols: str) -> str | None:
        content = json.dumps({"corpora": {}, "protocols": protocols})
        (tmp_path / "manifest.json").write_text(content, encoding="utf-8")
        return content_checksum(tmp_path, "loso")

    assert checksum(loso="1", emobox="1") == checksum(loso="1", emobox="2") == checksum(loso="1")
    assert len({checksum(loso="1"), checksum(loso="2"), checksum()}) == 3
    assert checksum() == identity(tmp_path)
    named = {"corpora": {}, "title": "Emotions", "version": "0.1.1", "date_published": "2026-11-29"}
    (tmp_path / "manifest.json").write_text(json.dumps(named), encoding="utf-8")
    assert identity(tmp_path) == checksum()  # adding a protocol raises the version
    (tmp_path / "manifest.json").unlink()
    assert content_checksum(tmp_path) is None
    assert identity(tmp_path) == str(tmp_path.resolve())
