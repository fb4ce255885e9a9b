"""Builds and trainings from and into real stores, which restart, and behind lines that break."""

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
import torch
from google.auth.credentials import AnonymousCredentials
from google.cloud import storage

from exhubert.cli.main import main
from pipeline.common.errors import DataError
from pipeline.storage import StoreOptions, configure_stores
from pipeline.storage.claims import check_unclaimed, claim_folder
from tests.conftest import MakeCorpus, MakeSpec
from tests.support.files import files_of
from tests.support.real_servers import (
    Seaweed,
    bad_line,
    google_emulator,
    google_store,
    seaweed,
    servers_folder,
)
from tests.support.shards import NANO
from training.config.recipe import load_recipe
from training.data.dataset import Utterances
from training.data.index import load_index
from training.finetuning.train import train
from training.inference.load_model import load_model

pytestmark = pytest.mark.xdist_group("real_stores")


@pytest.fixture(scope="module")
def amazon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seaweed]:
    servers_folder()
    with seaweed(tmp_path_factory.mktemp("seaweed")) as store:
        yield store


@pytest.fixture
def corpus(make_spec: MakeSpec, make_corpus: MakeCorpus, tmp_path: Path) -> dict[str, bytes]:
    """A corpus's files, by name in a bucket; beside them a build of it on disk."""
    make_spec(splits="{by: utterance}")
    root = make_corpus()
    local = ["--root", f"tones={root}", "--output", str(tmp_path / "local"), "--jobs", "1"]
    assert main(["build", "--spec", str(tmp_path / "tones.yaml"), *local, "--json"]) == 0
    return {f"tones/{name}": content for name, content in files_of(root).items()}


def shards(folder: Path) -> dict[str, bytes]:
    return {name: content for name, content in files_of(folder).items() if ".build" not in name}


def check_same(built: Path, local: Path) -> None:
    """The same shards, and nothing rejected."""
    assert shards(built / "data") == shards(local / "data")
    assert pd.read_parquet(built / "rejects.parquet").empty


def test_build_and_training_from_and_into_a_store(
    amazon: Seaweed, corpus: dict[str, bytes], tmp_path: Path
) -> None:
    amazon.fill("whole", corpus)
    options = amazon.options().to_arguments()
    where = ["--root", "tones=s3://whole/tones", "--output", "s3://whole/dataset"]
    spec = ["--spec", str(tmp_path / "tones.yaml")]
    assert main(["build", *spec, *where, "--jobs", "2", "--json", *options]) == 0
    for name, content in shards(tmp_path / "local" / "data").items():
        kept = amazon.client.get_object(Bucket="whole", Key=f"dataset/data/{name}")
        assert kept["Body"].read() == content
    configure_stores(amazon.options())
    recipe = load_recipe("tiny", [*NANO, "optimizer.epochs=1", "data.workers=1"])
    models = [
        load_model(train(recipe, data, tmp_path / name).output).model.state_dict()
        for name, data in (("here", tmp_path / "local"), ("there", "s3://whole/dataset"))
    ]
    configure_stores(StoreOptions())
    torch.testing.assert_close(*models, rtol=0, atol=0)


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_store_that_restarts_costs_no_clip(
    amazon: Seaweed, corpus: dict[str, bytes], jobs: str, tmp_path: Path
) -> None:
    bucket = f"restart-{jobs}"
    amazon.fill(bucket, corpus)
    read = threading.Event()

    def restart() -> None:
        read.wait()
        amazon.kill()
        time.sleep(3)
        amazon.start()

    thread = threading.Thread(target=restart)
    thread.start()
    where = ["--root", f"tones=s3://{bucket}/tones", "--output", str(tmp_path / "built")]
    command = ["build", "--spec", str(tmp_path / "tones.yaml"), *where, "--jobs", jobs]
    build = subprocess.Popen(
        [sys.executable, "-m", "exhubert", *command, *amazon.options().to_arguments()],
        stderr=subprocess.PIPE,
        text=True,
    )
    receipts = tmp_path / "built" / ".build"
    while build.poll() is None and not receipts.exists():  # it has listed its corpus
        time.sleep(0.02)
    read.set()
    _, told = build.communicate()
    thread.join()
    assert build.returncode == 0, told
    check_same(tmp_path / "built", tmp_path / "local")


def check_claims(folder: str) -> None:
    """A folder is claimed once, and free again after that."""
    for _ in range(2):
        with (
            claim_folder(folder, "exhubert build"),
            pytest.raises(DataError, match=r"exhubert build .* is writing to it"),
            claim_folder(folder, "exhubert relabel"),
        ):
            pytest.fail("claimed twice")
    check_unclaimed(folder)


def test_claims_of_amazons(amazon: Seaweed) -> None:
    amazon.fill("claims", {})
    configure_stores(amazon.options())
    try:
        check_claims("s3://claims/dataset")
    finally:
        configure_stores(StoreOptions())


def test_claims_of_googles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    servers_folder()
    with google_emulator(tmp_path) as port:
        google(port).create_bucket("claims")
        monkeypatch.setenv("STORAGE_EMULATOR_HOST", f"http://127.0.0.1:{port}")
        configure_stores(StoreOptions(no_auth=True))
        try:
            check_claims("gs://claims/dataset")
        finally:
            configure_stores(StoreOptions())


def google(port: int) -> storage.Client:
    """For tests to fill the emulator."""
    address = {"api_endpoint": f"http://127.0.0.1:{port}"}
    return storage.Client("x", AnonymousCredentials(), client_options=address)


def test_a_store_of_googles_that_restarts_costs_no_clip(
    corpus: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    servers_folder()
    (tmp_path / "server").mkdir()
    with google_store(tmp_path / "server") as store:
        bucket = google(store.port).create_bucket("restart")
        for name, content in corpus.items():
            bucket.blob(name).upload_from_string(content)
        monkeypatch.setenv("STORAGE_EMULATOR_HOST", f"http://127.0.0.1:{store.port}")
        where = ["--root", "tones=gs://restart/tones", "--output", str(tmp_path / "built")]
        command = ["build", "--spec", str(tmp_path / "tones.yaml"), *where, "--jobs", "1"]
        build = subprocess.Popen(
            [sys.executable, "-m", "exhubert", *command, "--no_auth"],
            stderr=subprocess.PIPE,
            text=True,
        )
        while build.poll() is None and not (tmp_path / "built" / ".build").exists():
            time.sleep(0.02)
        store.kill()
        time.sleep(3)
        store.start()
        _, told = build.communicate()
    assert build.returncode == 0, told
    check_same(tmp_path / "built", tmp_path / "local")


def test_a_reader_of_training_waits_for_a_store_that_restarts(
    amazon: Seaweed, corpus: dict[str, bytes], tmp_path: Path
) -> None:
    assert corpus
    there = {f"dataset/{name}": content for name, content in files_of(tmp_path / "local").items()}
    amazon.fill("training", there)
    here = Utterances(load_index(tmp_path / "local"))
    configure_stores(amazon.options())
    try:
        utterances = Utterances(load_index("s3://training/dataset"))
        amazon.kill()
        starting = threading.Timer(3, amazon.start)
        starting.start()
        for number in range(len(here)):
            there_too = utterances[number]["input_values"]
            assert (there_too == here[number]["input_values"]).all()
        starting.join()
    finally:
        configure_stores(StoreOptions())


@pytest.mark.parametrize(("share", "how"), [(0.3, "reset"), (0.1, "stall")])
def test_s3_behind_a_bad_line(
    amazon: Seaweed, corpus: dict[str, bytes], share: float, how: str, tmp_path: Path
) -> None:
    amazon.fill(f"line-{how}", corpus)
    with bad_line(amazon.port, share, how) as port:
        where = ["--root", f"tones=s3://line-{how}/tones", "--output", str(tmp_path / "built")]
        options = amazon.options(port).to_arguments()
        spec = ["--spec", str(tmp_path / "tones.yaml")]
        assert main(["build", *spec, *where, "--jobs", "1", "--json", *options]) == 0
    check_same(tmp_path / "built", tmp_path / "local")


@pytest.mark.parametrize(("share", "how"), [(0.3, "reset"), (0.1, "stall")])
def test_googles_behind_a_bad_line(
    corpus: dict[str, bytes],
    share: float,
    how: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    servers_folder()
    (tmp_path / "server").mkdir()
    with google_emulator(tmp_path / "server") as server, bad_line(server, share, how) as port:
        bucket = google(server).create_bucket("line")
        for name, content in corpus.items():
            bucket.blob(name).upload_from_string(content)
        monkeypatch.setenv("STORAGE_EMULATOR_HOST", f"http://127.0.0.1:{port}")
        where = ["--root", "tones=gs://line/tones", "--output", str(tmp_path / "built")]
        spec = ["--spec", str(tmp_path / "tones.yaml")]
        assert main(["build", *spec, *where, "--jobs", "1", "--json", "--no_auth"]) == 0
    check_same(tmp_path / "built", tmp_path / "local")
