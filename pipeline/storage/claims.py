"""Claims to a folder: files by which processes on any machine keep out of each other's way.

A claim is written first and others are looked for then, so of two that come together at least one
sees the other and goes. That needs nothing of a store but that it lists what was written: many do
not keep to conditional writes. A claim is renewed while its process runs, and expires otherwise.
"""

import json
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace

from pipeline.common.errors import DataError, ExhubertError
from pipeline.common.process_identity import ProcessIdentity
from pipeline.storage import files as storage

CLAIMS = ".build/claims"
"""Folder of the claims, below the folder that is claimed."""

RENEWAL_S = 30.0
"""Interval of renewals, in s."""

EXPIRY_S = 300.0
"""Age, in s, from which a claim counts as left behind; a store may be away for two minutes."""


@dataclass(frozen=True)
class Claim:
    """Who has claimed a folder, and what for.

    Attributes:
        purpose: What it is claimed for, in words of a message.
        process: The process that has claimed it.
        since: When, in s since 1970.
        renewed: When it was renewed last, likewise.
    """

    purpose: str
    process: ProcessIdentity
    since: float
    renewed: float

    @classmethod
    def new(cls, purpose: str) -> "Claim":
        """A claim of this process, made now."""
        return cls(purpose, ProcessIdentity.own(), time.time(), time.time())

    @classmethod
    def from_json(cls, content: bytes) -> "Claim | None":
        """A claim from the content of its file, by any release; None if it is none, or cut off."""
        try:
            given = json.loads(content)
            process = ProcessIdentity.from_fields(given["process"])
            since, renewed = float(given["since"]), float(given["renewed"])
            return cls(str(given["purpose"]), process, since, renewed)
        except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
            return None

    def to_json(self) -> bytes:
        """The content of the file that stores it."""
        return json.dumps(asdict(self)).encode()

    def describe(self) -> str:
        """Who it is, for people."""
        since = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(self.since))
        return (
            f"{self.purpose} (process {self.process.pid} on {self.process.host}, since {since} UTC)"
        )


@contextmanager
def claim_folder(folder: str, purpose: str) -> Iterator[None]:
    """Claims a folder meanwhile.

    Raises:
        DataError: Another process has claimed it, or took this claim for left behind.
    """
    path = storage.join(folder, CLAIMS, f"{uuid.uuid4().hex}.claim")
    claim = Claim.new(purpose)
    storage.write_atomic(path, claim.to_json())
    try:
        check_unclaimed(folder, but=path)
        with _renewed(path, claim) as is_lost:
            yield
        if is_lost():
            raise DataError(
                f"{folder}: another process has taken it over, since this one did not reach it for "
                f"{EXPIRY_S / 60:.0f} minutes; run this command again"
            )
    finally:
        with suppress(ExhubertError, OSError):  # then it expires
            storage.delete(path)


def check_unclaimed(folder: str, but: str | None = None) -> None:
    """Checks that nobody has claimed a folder; deletes claims of processes that have ended.

    Args:
        folder: The folder.
        but: The caller's own claim.

    Raises:
        DataError: Someone has.
    """
    for name in storage.list_names(storage.join(folder, CLAIMS)):
        path = storage.join(folder, CLAIMS, name)
        if not name.endswith(".claim") or path == but:
            continue
        content = storage.read(path)
        claim = Claim.from_json(content or b"")
        if content is None or not _is_alive(path, content, claim):
            if but:
                storage.delete(path)
            continue
        what_to_do = (
            ""
            if claim
            else (
                f"; if there is none, delete {path}, which is no claim that this release can read"
            )
        )
        raise DataError(refusal(folder, claim) + what_to_do)


def refusal(folder: str, claim: Claim | None) -> str:
    """The message for a claimed folder; ``claim`` is None where it can't be read."""
    who = claim.describe() if claim else "another process"
    wait = "wait until that has ended, or end it"
    if claim and not claim.process.is_here:
        minutes = f"{EXPIRY_S / 60:.0f} minutes"
        wait += f"; if its machine is gone, its claim ends {minutes} after its last renewal"
    return f"{folder}: {who} is writing to it; {wait}"


def _is_alive(path: str, content: bytes, claim: Claim | None) -> bool:
    """Whether a claim holds; one that can't be read does while its file is renewed."""
    if claim and claim.process.is_here:
        return claim.process.runs
    renewed = claim.renewed if claim else storage.written_at(path)
    if renewed is None or time.time() - renewed < EXPIRY_S:
        return True
    time.sleep(1.5 * RENEWAL_S)  # clocks may differ: only one that is not renewed has expired
    return storage.read(path) not in (None, content)


@contextmanager
def _renewed(path: str, claim: Claim) -> Iterator[Callable[[], bool]]:
    """Renews a claim meanwhile; gives a function that says whether someone has deleted it."""
    ended, lost = threading.Event(), threading.Event()

    def renew() -> None:
        while not ended.wait(RENEWAL_S):
            with suppress(ExhubertError, OSError):  # the next time, then
                if storage.read(path) is None:
                    lost.set()
                    return
                storage.write_atomic(path, replace(claim, renewed=time.time()).to_json())

    thread = threading.Thread(target=renew, daemon=True)
    thread.start()
    try:
        yield lost.is_set
    finally:
        ended.set()
        thread.join()
