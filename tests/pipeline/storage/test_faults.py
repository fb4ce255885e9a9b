"""The same faults over every kind of store, and over each thing that is asked of it."""

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from pipeline.common.errors import DataError
from pipeline.storage import StoreOptions, configure_stores, open_store, store
from pipeline.storage import files as storage
from tests.support import gcs, s3
from tests.support.faulty_files import FaultyFileSystem
from tests.support.patience import hurry_retries
from tests.support.shards import write_tones
from training.data.dataset import Utterances
from training.data.index import load_index

Fault = int | str | None

FAULTS = ["reset", "stall", "cut", 500, 503, 429]


@dataclass
class Kind:
    """A kind of store.

    Attributes:
        url: Of a bucket.
        fill: Puts files into a bucket of a name.
        watch: Sets its faults, by method, path and number of tries.
        options: How it is reached.
    """

    url: str
    fill: Callable[[str, dict[str, bytes]], None]
    watch: Callable[..., None]
    options: StoreOptions


@pytest.fixture(scope="module")
def servers() -> Iterator[dict[str, Kind]]:
    with s3.serve() as amazon, gcs.serve() as google:
        os.environ["STORAGE_EMULATOR_HOST"] = google.url
        yield {
            "s3": Kind("s3://", amazon.fill, amazon.watch, amazon.options),
            "gs": Kind("gs://", google.fill, google.watch, StoreOptions(no_auth=True)),
            "arrow": Kind(
                "fsspec+faulty://", FaultyFileSystem.fill, FaultyFileSystem.watch, StoreOptions()
            ),
        }
        del os.environ["STORAGE_EMULATOR_HOST"]


@pytest.fixture(params=["s3", "gs", "arrow"])
def kind(
    request: pytest.FixtureRequest, servers: dict[str, Kind], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Kind]:
    hurry_retries(monkeypatch)
    monkeypatch.setattr(store, "READ_TIMEOUT_S", 0.5)
    chosen = servers[request.param]
    chosen.watch()
    configure_stores(replace(chosen.options, patience=3))
    yield chosen
    chosen.watch()
    configure_stores(StoreOptions())


def do_everything(bucket: str) -> None:
    """Lists, reads, writes, finds and deletes."""
    store = open_store(bucket)
    assert [file.path for file in store.list(f"{bucket}/d")] == ["a b.bin", "c.bin"]
    assert store.read(f"{bucket}/d/c.bin") == CONTENT
    assert store.read(f"{bucket}/d/c.bin", 2, 30_000) == CONTENT[2:30_000]
    found = store.find(f"{bucket}/d/a b.bin")
    assert found is not None
    assert found.size == 3
    storage.write_atomic(f"{bucket}/new/e.bin", CONTENT)
    assert storage.read(f"{bucket}/new/e.bin") == CONTENT
    storage.delete(f"{bucket}/new/e.bin")
    assert store.find(f"{bucket}/new/e.bin") is None


CONTENT = os.urandom(50_000)
FILES = {"d/a b.bin": b"abc", "d/c.bin": CONTENT}


@pytest.mark.parametrize("fault", FAULTS)
def test_what_passes_is_survived_whatever_was_asked(kind: Kind, fault: Fault) -> None:
    bucket = f"passing-{fault}"
    kind.fill(bucket, FILES)
    kind.watch(lambda method, path, tries: fault if tries == 1 else None)
    do_everything(f"{kind.url}{bucket}")


ASKED: list[Callable[[str], object]] = [
    lambda bucket: list(open_store(bucket).list(f"{bucket}/d")),
    lambda bucket: open_store(bucket).read(f"{bucket}/d/c.bin"),
    lambda bucket: storage.write_atomic(f"{bucket}/d/new.bin", CONTENT),
    lambda bucket: storage.delete(f"{bucket}/d/c.bin"),
]


@pytest.mark.parametrize("fault", ["reset", 500, 429])
def test_what_stays_is_an_error_for_the_user(kind: Kind, fault: Fault) -> None:
    bucket = f"staying-{fault}"
    kind.fill(bucket, FILES)
    configure_stores(replace(kind.options, patience=0.3))
    kind.watch(lambda *_: fault)
    for ask in ASKED:
        with pytest.raises(DataError, match=re.escape(f"{kind.url}{bucket}")) as caught:
            ask(f"{kind.url}{bucket}")
        assert "\n" not in str(caught.value)


def test_expired_keys_are_an_error_for_the_user(kind: Kind) -> None:
    kind.fill("expired", FILES)
    kind.watch(lambda *_: "expired")
    for ask in ASKED:
        with pytest.raises((DataError, PermissionError), match=r"credentials|expired"):
            ask(f"{kind.url}expired")


# --- what training reads ---------------------------------------------------------------------


@pytest.fixture(scope="module")
def tones(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tones(tmp_path_factory.mktemp("tones"), {"train": 1})


@pytest.fixture
def dataset(kind: Kind, tones: Path, request: pytest.FixtureRequest) -> str:
    bucket = "tones-" + "".join(filter(str.isalnum, request.node.name.lower()))[-40:]
    files = (path for path in tones.rglob("*") if path.is_file())
    kind.fill(bucket, {path.relative_to(tones).as_posix(): path.read_bytes() for path in files})
    return f"{kind.url}{bucket}"


@pytest.mark.parametrize("cached", [False, True])
@pytest.mark.parametrize("fault", FAULTS)
def test_training_survives_what_passes(
    kind: Kind, dataset: str, tones: Path, fault: Fault, cached: bool, tmp_path: Path
) -> None:
    kind.watch(lambda method, path, tries: fault if tries == 1 else None)
    cache = str(tmp_path) if cached else None
    there, here = Utterances(load_index(dataset), cache=cache), Utterances(load_index(tones))
    np.testing.assert_array_equal(there[0]["input_values"], here[0]["input_values"])


@pytest.mark.parametrize("cached", [False, True])
@pytest.mark.parametrize("fault", ["reset", 500, 403, 404, "expired"])
def test_training_names_the_shard_that_can_not_be_read(
    kind: Kind, dataset: str, fault: Fault, cached: bool, tmp_path: Path
) -> None:
    utterances = Utterances(load_index(dataset), cache=str(tmp_path) if cached else None)
    configure_stores(replace(kind.options, patience=0.3))
    kind.watch(lambda *_: fault)
    with pytest.raises(DataError, match=rf"^{re.escape(dataset)}/data/.*parquet: ") as caught:
        utterances[0]
    assert "\n" not in str(caught.value)
