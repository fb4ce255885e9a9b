"""Patience with a store: what is waited for, how long, and what is said of it."""

import time
from collections.abc import Callable
from itertools import islice

import pytest

from pipeline.common.errors import DataError
from pipeline.storage import retry
from pipeline.storage.retry import RetryingStore
from pipeline.storage.store import Page, StoredFile, TransientError, UnreachableError

MISSING = "there is no such file"
URL = "s3://bucket/a.wav"


class Scripted:
    """A store that answers a read with what comes next: an exception, or the content."""

    def __init__(self, *answers: Exception | bytes, found: Callable[[str], object] = print) -> None:
        self.answers = list(answers)
        self.found = found
        self.asked: list[str] = []

    def read(self, url: str, start: int = 0, end: int | None = None) -> bytes:
        self.asked.append(url)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    def find(self, url: str) -> StoredFile | None:
        if self.found(url) is MISSING:
            return None
        return StoredFile(url, 1, "")

    def list_page(self, folder: str, after: str | None = None) -> Page:
        return [], None

    def write(self, url: str, content: bytes) -> None: ...

    def delete(self, url: str) -> None: ...


DOWN = UnreachableError("connection refused")
BUSY = TransientError("503 SlowDown")


@pytest.fixture(autouse=True)
def brief(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retry, "FIRST_PATIENCE_S", 0.05)
    monkeypatch.setattr(retry, "FIRST_WAIT_S", 0.01)
    monkeypatch.setattr(retry, "LONGEST_WAIT_S", 0.02)
    monkeypatch.setattr(retry, "REPORTED_AFTER_S", 0.0)
    monkeypatch.setattr(retry, "DOUBT_S", 0.1)


def test_a_store_that_restarts_is_waited_for() -> None:
    store = RetryingStore(Scripted(b"one", *[DOWN] * 20, *[BUSY] * 20, b"two"), patience=30)
    assert store.read(URL) == b"one"
    assert store.read(URL) == b"two"


@pytest.mark.parametrize(
    ("trouble", "words"),
    [(DOWN, "does not answer: connection refused"), (BUSY, "nothing but errors, the last: 503")],
)
def test_patience_ends_and_it_is_not_the_file(trouble: Exception, words: str) -> None:
    store = RetryingStore(Scripted(b"one", trouble), patience=0.2)
    store.read(URL)
    began = time.monotonic()
    with pytest.raises(DataError, match=rf"{words}.*waited 0 s \(--store-patience\)"):
        store.read(URL)
    assert 0.2 <= time.monotonic() - began < 2


def test_a_store_that_never_answered_is_not_waited_for() -> None:
    with pytest.raises(DataError, match=r"does not answer.*check the network and the endpoint"):
        RetryingStore(Scripted(DOWN), patience=600).read(URL)


def test_a_store_that_answered_another_process_is() -> None:
    store = RetryingStore(Scripted(*[DOWN] * 30, b"one"), patience=30, has_answered=True)
    assert store.read(URL) == b"one"


@pytest.mark.parametrize(
    "refusal", [FileNotFoundError("gone"), OSError("403"), DataError("there is no bucket")]
)
def test_refusals_of_a_store_that_starts_are_doubted(refusal: Exception) -> None:
    store = RetryingStore(Scripted(b"one", DOWN, *[refusal] * 3, b"two"), patience=30)
    store.read(URL)
    assert store.read(URL) == b"two"


@pytest.mark.parametrize("refusal", [FileNotFoundError("gone"), OSError("403"), DataError("x")])
def test_refusals_that_stay_are_believed(refusal: Exception) -> None:
    store = RetryingStore(Scripted(DOWN, refusal), patience=30, has_answered=True)
    with pytest.raises(type(refusal)):
        store.read(URL)


def test_refusals_of_a_store_without_trouble_are_believed_at_once() -> None:
    scripted = Scripted(FileNotFoundError("gone"))
    with pytest.raises(FileNotFoundError):
        RetryingStore(scripted).read(URL)
    assert scripted.asked == [URL]


def test_one_refused_file_among_others_is_its_own_fault() -> None:
    store = RetryingStore(Scripted(b"one", OSError("403 AccessDenied")))
    store.read(URL)
    for number in range(20):
        with pytest.raises(OSError, match="403 AccessDenied"):
            store.read(f"s3://bucket/{number}.wav")


def test_files_that_were_given_before_and_are_refused_now_are_the_stores_fault() -> None:
    def refuse(url: str) -> None:
        assert url == URL
        raise OSError("403 Forbidden")

    store = RetryingStore(Scripted(b"one", OSError("403 AccessDenied"), found=refuse))
    store.read(URL)
    with pytest.raises(DataError, match="refuses this file and others: 403 AccessDenied"):
        store.read("s3://bucket/b.wav")


@pytest.mark.parametrize("deleted", ["all", "the last"])
def test_a_file_that_was_given_and_deleted_since_tells_nothing(deleted: str) -> None:
    def find(url: str) -> object:
        return MISSING if deleted == "all" or url == URL else None

    refusal = OSError("403 AccessDenied")
    store = RetryingStore(Scripted(b"one", b"two", refusal, found=find))
    store.read("s3://bucket/b.wav")
    store.read(URL)
    for number in range(retry.MAX_REFUSALS - 1):
        with pytest.raises(OSError, match="403"):
            store.read(f"s3://bucket/{number}.wav")
    expected = DataError if deleted == "all" else OSError
    with pytest.raises(expected, match="403"):
        store.read("s3://bucket/last.wav")


def test_files_that_are_all_refused_are_the_stores_fault() -> None:
    store = RetryingStore(Scripted(OSError("403 AccessDenied")))
    for number in range(retry.MAX_REFUSALS - 1):
        with pytest.raises(OSError, match="403"):
            store.read(f"s3://bucket/{number}.wav")
    with pytest.raises(DataError, match="refuses this file and others"):
        store.read("s3://bucket/last.wav")


def test_what_is_waited_for_is_said_until_it_has_passed(caplog: pytest.LogCaptureFixture) -> None:
    said: list[str] = []
    store = RetryingStore(Scripted(b"", BUSY, BUSY, b""), patience=30, on_wait=said.append)
    store.read(URL)
    store.read(URL)
    assert said[0] == f"waiting for a store, up to 30 s: {URL}: 503 SlowDown"
    assert said[-1] == ""
    assert [record.message for record in caplog.records] == said[:1]


def test_waits_grow_and_differ(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retry, "FIRST_WAIT_S", 0.25)
    monkeypatch.setattr(retry, "LONGEST_WAIT_S", 10.0)
    first, second = (list(islice(retry._waits(), 12)) for _ in range(2))
    assert first != second
    assert 0.125 <= first[0] <= 0.25
    assert all(5 <= wait <= 10 for wait in first[6:])
