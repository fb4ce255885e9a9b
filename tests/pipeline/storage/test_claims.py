"""Claims, as datasets in stores have them: renewed while their process runs, then expired."""

import json
import os
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.common.errors import DataError
from pipeline.common.process_identity import ProcessIdentity
from pipeline.storage import StoreOptions, claims, configure_stores
from pipeline.storage import files as storage
from pipeline.storage.claims import CLAIMS, EXPIRY_S, Claim, check_unclaimed, claim_folder
from tests.support.s3 import serve


@pytest.fixture(params=["disk", "store"])
def folder(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    if request.param == "disk":
        yield str(tmp_path)
        return
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    with serve() as s3:
        configure_stores(s3.options)
        s3.client.create_bucket(Bucket="bucket")
        yield "s3://bucket/dataset"
        configure_stores(StoreOptions())


def leave_claim(folder: str, claim: Claim) -> str:
    path = storage.join(folder, CLAIMS, "left.claim")
    storage.write_atomic(path, claim.to_json())
    return path


def of_elsewhere(age: float) -> Claim:
    claim = Claim.new("exhubert build")
    process = replace(claim.process, machine="elsewhere", host="far-away")
    return replace(claim, process=process, renewed=time.time() - age)


def test_folder_is_claimed_once(folder: str) -> None:
    with claim_folder(folder, "exhubert build"):
        with pytest.raises(DataError, match=r"exhubert build \(process"), claim_folder(folder, "x"):
            pass
        with pytest.raises(DataError, match="is writing to it"):
            check_unclaimed(folder)
    check_unclaimed(folder)
    assert not storage.list_names(storage.join(folder, CLAIMS))


def test_claim_of_a_process_that_has_ended_is_deleted_by_the_next(folder: str) -> None:
    claim = Claim.new("exhubert build")
    path = leave_claim(folder, replace(claim, process=replace(claim.process, start="never")))
    check_unclaimed(folder)
    assert storage.read(path)  # a reader deletes nothing
    with claim_folder(folder, "exhubert build"):
        assert storage.read(path) is None


def test_claim_of_another_machine_holds_until_it_expires(
    folder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(claims, "RENEWAL_S", 0.01)
    leave_claim(folder, of_elsewhere(age=EXPIRY_S / 2))
    with pytest.raises(DataError, match=r"on far-away.*its claim ends 5 minutes after"):
        check_unclaimed(folder)
    leave_claim(folder, of_elsewhere(age=EXPIRY_S * 2))
    with claim_folder(folder, "exhubert build"):
        pass


def test_claim_of_another_release_is_read(folder: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claims, "RENEWAL_S", 0.01)
    fields = json.loads(of_elsewhere(age=EXPIRY_S * 2).to_json())
    fields["process"]["container"] = fields["priority"] = "what is not known yet"
    path = storage.join(folder, CLAIMS, "left.claim")
    storage.write_atomic(path, json.dumps(fields).encode())
    with claim_folder(folder, "exhubert build"):
        assert storage.read(path) is None


@pytest.mark.parametrize("content", [b"", b'{"purpose": "exhubert bui', b'{"release": 9}'])
def test_claim_that_can_not_be_read_is_named_and_expires_by_its_age(
    folder: str, content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(claims, "RENEWAL_S", 0.01)
    path = storage.join(folder, CLAIMS, "left.claim")
    storage.write_atomic(path, content)
    with pytest.raises(DataError, match=r"is writing to it.*delete .*/left\.claim"):
        check_unclaimed(folder)
    monkeypatch.setattr(claims, "EXPIRY_S", -5.0)  # as if it had been written long ago
    with claim_folder(folder, "exhubert build"):
        assert storage.read(path) is None


def test_claim_that_is_renewed_holds_whatever_its_clock_says(
    folder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = of_elsewhere(age=EXPIRY_S * 100)
    path = leave_claim(folder, old)
    monkeypatch.setattr(claims, "RENEWAL_S", 1.0)
    renewed = replace(old, renewed=old.renewed + 1).to_json()
    renewal = threading.Timer(0.5, storage.write_atomic, (path, renewed))
    renewal.start()
    with pytest.raises(DataError, match="far-away"):
        check_unclaimed(folder)
    renewal.join()


def test_claim_is_renewed_and_its_loss_noticed(
    folder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(claims, "RENEWAL_S", 0.02)
    deadline = time.monotonic() + 20

    def lose() -> None:
        with claim_folder(folder, "exhubert build"):
            (name,) = storage.list_names(storage.join(folder, CLAIMS))
            path = storage.join(folder, CLAIMS, name)
            first = storage.read(path)
            while storage.read(path) == first and time.monotonic() < deadline:
                time.sleep(0.01)
            while storage.read(path) and time.monotonic() < deadline:
                storage.delete(path)
                time.sleep(0.2)

    with pytest.raises(DataError, match="another process has taken it over"):
        lose()


@given(st.binary(max_size=50) | st.sampled_from([b"{}", b'{"process": 7}', b"[1]", b"null"]))
def test_what_is_no_claim_is_none(content: bytes) -> None:
    assert Claim.from_json(content) is None


def test_claim_is_read_as_written() -> None:
    claim = Claim.new("exhubert build")
    assert Claim.from_json(claim.to_json()) == claim
    assert claim.process == ProcessIdentity.own()
