"""Corpora and datasets in Google Cloud Storage."""

import inspect
from collections.abc import Iterator
from pathlib import Path

import google.auth
import pandas as pd
import pytest
from google.auth.credentials import AnonymousCredentials
from google.auth.exceptions import DefaultCredentialsError
from google.auth.impersonated_credentials import Credentials
from google.cloud import storage

from exhubert.cli.main import main
from pipeline.common.errors import DataError, UsageError
from pipeline.storage import StoreOptions, configure_stores, open_store
from pipeline.storage.gcs import GoogleStore
from tests.conftest import MakeCorpus, MakeSpec, write_tone
from tests.support.commands import exhubert
from tests.support.files import files_of
from tests.support.gcs import GCS, serve
from tests.support.patience import hurry_retries
from tests.support.stores import ODD_NAMES, check_names


@pytest.fixture(scope="module")
def gcs() -> Iterator[GCS]:
    with serve() as store:
        yield store


@pytest.fixture(autouse=True)
def fresh(gcs: GCS, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No test sees the faults, options and credentials of another, or of this machine."""
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", gcs.url)
    monkeypatch.delenv("GOOGLE_APPLICATION_CREDENTIALS", raising=False)
    monkeypatch.setenv("NO_GCE_CHECK", "true")
    hurry_retries(monkeypatch)
    gcs.watch()
    configure_stores(StoreOptions(no_auth=True))
    yield
    configure_stores(StoreOptions())


def upload(gcs: GCS, bucket: str, folder: Path, prefix: str) -> None:
    gcs.fill(bucket, {f"{prefix}/{name}": content for name, content in files_of(folder).items()})


def test_names_are_taken_as_they_are(gcs: GCS) -> None:
    gcs.fill("names", {})
    folder = "gs://names/a [1]*"
    store = open_store(folder)
    store.write("gs://names/a 1/other.wav", b"of a folder that a glob would match")
    check_names(store, folder, ODD_NAMES)


def test_a_file_is_one_request(gcs: GCS) -> None:
    gcs.fill("requests", {f"wav/{number}.wav": b"sound" for number in range(5)})
    store = open_store("gs://requests")
    files = list(store.list("gs://requests/wav"))
    gcs.watch()
    assert {store.read(f"gs://requests/wav/{file.path}") for file in files} == {b"sound"}
    # Google's client asks once, in a thread of its own, where the bucket lies.
    about_files = [path for _, path in gcs.requests if "/o/" in path]
    assert len(about_files) == len(files) == 5


def test_bodies_that_break_off_are_asked_for_again(gcs: GCS) -> None:
    gcs.fill("cuts", {"a.wav": b"sound"})
    gcs.watch(lambda method, path, tries: "cut" if "a.wav" in path and tries <= 2 else None)
    assert open_store("gs://cuts").read("gs://cuts/a.wav") == b"sound"


def test_corpus_and_dataset_in_a_store(
    gcs: GCS, make_spec: MakeSpec, make_corpus: MakeCorpus, tmp_path: Path
) -> None:
    make_spec()
    root = make_corpus()
    upload(gcs, "corpora", root, "tones")
    gcs.fill("datasets", {})
    spec = ["--spec", str(tmp_path / "tones.yaml"), "--corpora", "tones"]
    to_store = [*spec, "--data-root", "gs://corpora", "--output", "gs://datasets/out", "--no_auth"]

    built = exhubert("build", *to_store, "--jobs", "2")
    assert built.returncode == 0, built.stderr
    local = [*spec, "--root", f"tones={root}", "--output", str(tmp_path / "local")]
    assert main(["build", *local, "--jobs", "1", "--json"]) == 0
    here, there = files_of(tmp_path / "local"), gcs.contents("datasets", "out/")
    shards = {name for name in here if name.startswith("data/")}
    assert shards == {name for name in there if name.startswith("data/")}
    for name in (*shards, "manifest.json", "rejects.parquet", "README.md", "croissant.json"):
        assert there[name] == here[name], name

    def sent() -> list[str]:
        uploads = [path for method, path in gcs.requests if method in ("POST", "PUT")]
        return [path for path in uploads if path.startswith("/upload/")]

    gcs.watch()
    assert main(["build", *to_store, "--jobs", "1", "--json"]) == 0
    assert not [path for _, path in gcs.requests if ".wav" in path]
    unchanged = len(sent())
    write_tone(tmp_path / "other.wav", hertz=900, seconds=0.5)
    changed = (tmp_path / "other.wav").read_bytes()
    gcs.client.bucket("corpora").blob("tones/wav/s00_ang_0.wav").upload_from_string(changed)
    gcs.watch()
    assert main(["build", *to_store, "--jobs", "1", "--json"]) == 0
    assert len(sent()) == unchanged + 3  # a shard, and its receipt before and after


def test_errors_that_pass_are_survived_and_what_stays_unreadable_is_rejected(
    gcs: GCS, make_spec: MakeSpec, make_corpus: MakeCorpus, tmp_path: Path
) -> None:
    make_spec()
    upload(gcs, "faulty", make_corpus(), "tones")

    def fault(method: str, path: str, tries: int) -> int | None:
        if "s00_ang_0.wav" in path:
            return 403
        return (503, 500, 429)[sum(path.encode()) % 3] if tries <= 2 else None

    gcs.watch(fault)
    spec = ["--spec", str(tmp_path / "tones.yaml"), "--root", "tones=gs://faulty/tones"]
    output = ["--output", str(tmp_path / "out"), "--max-reject-rate", "1", "--jobs", "1"]
    assert main(["build", *spec, *output, "--no_auth", "--json"]) == 0
    rejects = pd.read_parquet(tmp_path / "out" / "rejects.parquet")
    assert rejects["source_path"].tolist() == ["wav/s00_ang_0.wav"]
    assert rejects["reason"].tolist() == ["unreadable"]
    assert "403" in rejects["detail"][0]


@pytest.mark.parametrize(
    ("status", "error", "message"),
    [
        (404, DataError, "there is no bucket 'nowhere'"),
        (401, DataError, "refuses the credentials"),
        (403, DataError, "403"),
        (503, DataError, "answers nothing but errors, the last: 503"),
    ],
)
def test_stores_that_cannot_be_listed_say_why(
    gcs: GCS, status: int, error: type[Exception], message: str
) -> None:
    gcs.watch(lambda *_: status)
    with pytest.raises(error, match=message):
        list(open_store("gs://nowhere").list("gs://nowhere/tones"))


def test_store_that_does_not_answer_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", "http://127.0.0.1:9")
    configure_stores(StoreOptions(no_auth=True))
    with pytest.raises(DataError, match=r"gs://silent/a\.wav: the store does not answer"):
        open_store("gs://silent").read("gs://silent/a.wav")


def test_missing_credentials_are_a_matter_of_seconds(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(**_: object) -> None:
        raise DefaultCredentialsError

    monkeypatch.setattr(google.auth, "default", refuse)
    configure_stores(StoreOptions())
    with pytest.raises(UsageError, match="gcloud auth application-default login"):
        open_store("gs://corpora")
    assert main(["check", "--data-root", "gs://corpora"]) == 2
    assert "no credentials" in capsys.readouterr().err


def test_service_account_is_impersonated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(google.auth, "default", lambda **_: (AnonymousCredentials(), None))
    configure_stores(StoreOptions(impersonate_service_account="one@example.org,reader@example.org"))
    store = open_store("gs://corpora").store
    assert isinstance(store, GoogleStore)
    credentials = store.client._credentials
    assert isinstance(credentials, Credentials)
    assert credentials.service_account_email == "reader@example.org"


def test_google_s_client_still_takes_a_session_of_ours() -> None:
    assert "_http" in inspect.signature(storage.Client).parameters
