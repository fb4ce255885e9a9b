"""Retries of transient store errors, which are never taken for errors of a single file."""

import logging
import random
import time
from collections.abc import Callable, Iterator
from functools import partial
from itertools import count
from typing import TypeVar

from pipeline.common.errors import DataError
from pipeline.storage.options import PATIENCE_S
from pipeline.storage.store import (
    Store,
    StoredFile,
    TransientError,
    UnreachableError,
    split_url,
)

FIRST_PATIENCE_S = 8.0
"""Longest wait, in s, for a store that has never answered: there may be none."""

FIRST_WAIT_S, LONGEST_WAIT_S = 0.25, 10.0
"""Shortest and longest wait between tries, in s; each wait is up to twice the one before."""

REPORTED_AFTER_S = 2.0
"""Errors that pass within this time, in s, are not reported."""

DOUBT_S = 10.0
"""Time, in s, after a transient error in which refusals are retried, too: a store that is starting
may not know its files yet."""

_KNOWN = 4
"""Files of a bucket that are remembered as readable; some may have been deleted since."""

MAX_REFUSALS = 8
"""After so many refusals, with no file read before or in between, the store is blamed, not the
files."""

_CHANCE = random.SystemRandom()  # its own: others' random numbers must not depend on retries

Result = TypeVar("Result")

OnWait = Callable[[str], None]
"""Called with a message of what is waited for, and with an empty one when that is over."""

_log = logging.getLogger("exhubert.stores")


class RetryingStore:
    """A store that retries transient errors, and distinguishes errors of a file from the store's.

    Methods do what those of :class:`Store` do, but never raise ``TransientError``: a file that the
    store refuses gives an ``OSError``, a store that fails for too long a ``DataError``.
    """

    def __init__(
        self,
        store: Store,
        patience: float = PATIENCE_S,
        on_wait: OnWait = lambda words: None,
        has_answered: bool = False,
    ) -> None:
        """Wraps a store; asks nothing.

        Args:
            store: A store that raises what :class:`Store` states.
            patience: Longest time, in s, to wait for a store that has answered before.
            on_wait: Called from any thread with what is waited for.
            has_answered: Whether the store is known to have answered another process.
        """
        self.store = store
        self.patience = patience
        self.has_answered = has_answered
        self._on_wait = on_wait
        self._has_reported = False
        self._doubtful_until = 0.0
        self._read_before: dict[
            str, tuple[str, ...]
        ] = {}  # bucket → files read from it, the latest first
        self._refusals = 0

    def list(self, folder: str) -> Iterator[StoredFile]:
        """Every file below a folder, at any depth; none where there is no folder."""
        after: str | None = None
        while True:
            files, after = self._try(folder, partial(self.store.list_page, folder, after))
            yield from files
            if after is None:
                return

    def read(self, url: str, start: int = 0, end: int | None = None) -> bytes:
        """Content of a file, or a range of it."""
        try:
            content = self._try(url, lambda: self.store.read(url, start, end))
        except FileNotFoundError:
            raise
        except OSError as error:
            self._check_others(url, error)
            raise
        self._refusals = 0
        self._remember(url)
        return content

    def write(self, url: str, content: bytes) -> None:
        """Writes a whole file."""
        self._try(url, lambda: self.store.write(url, content))

    def find(self, url: str) -> StoredFile | None:
        """The file at a URL; None where there is none."""
        return self._try(url, lambda: self.store.find(url))

    def delete(self, url: str) -> None:
        """Deletes a file, if it is there."""
        self._try(url, lambda: self.store.delete(url))

    def _remember(self, url: str) -> None:
        """Remembers that a file could be read."""
        bucket = split_url(url)[0]
        known = self._read_before.get(bucket, ())
        if url not in known:
            self._read_before[bucket] = (url, *known)[:_KNOWN]

    def _serves_others(self, bucket: str) -> bool | None:
        """Whether files that were read before can still be found; None where none is known."""
        for url in self._read_before.get(bucket, ()):
            try:
                if self.find(url):
                    return True
            except OSError:
                return False
        return None  # deleted files prove nothing

    def _check_others(self, url: str, refusal: OSError) -> None:
        """Checks that a store that refuses one file serves others.

        Raises:
            DataError: It does not.
        """
        self._refusals += 1
        serves_others = self._serves_others(split_url(url)[0])
        if serves_others is None:
            serves_others = self._refusals < MAX_REFUSALS
        if not serves_others:
            raise DataError(
                f"{url}: the store refuses this file and others: {refusal}; check the credentials "
                "and what they allow"
            ) from None

    def _try(self, url: str, action: Callable[[], Result]) -> Result:
        """Tries until the action succeeds or fails for good, or the store fails for too long."""
        began: float | None = None
        for wait in _waits():
            error: OSError | DataError
            try:
                result = action()
            except TransientError as failure:
                error = failure
                self._doubtful_until = time.monotonic() + DOUBT_S
            except (OSError, DataError) as failure:
                if time.monotonic() >= self._doubtful_until:
                    self.has_answered = True
                    raise
                error = failure
            else:
                self._note_answer()
                return result
            began = began or time.monotonic()
            left = self._patience_left(url, error, began)
            time.sleep(min(wait, left))
        raise AssertionError("waits do not end")

    def _note_answer(self) -> None:
        self.has_answered = True
        if self._has_reported:
            self._has_reported = False
            self._on_wait("")

    def _patience_left(self, url: str, error: OSError | DataError, began: float) -> float:
        """Longest further wait for a store, in s; reports that it is waited for.

        Raises:
            DataError: It has been waited for long enough.
        """
        waited = time.monotonic() - began
        patience = self.patience if self.has_answered else min(self.patience, FIRST_PATIENCE_S)
        if waited >= patience:
            raise _final_error(url, error, waited, self.has_answered) from None
        if waited >= REPORTED_AFTER_S:
            words = f"waiting for a store, up to {patience:.0f} s: {url}: {error}"
            if not self._has_reported:
                _log.warning("%s", words)
            self._has_reported = True
            self._on_wait(words)
        return patience - waited


def _waits() -> Iterator[float]:
    """Waits between tries, in s, without end; random, so that processes do not retry together."""
    for doublings in count():
        longest = min(LONGEST_WAIT_S, FIRST_WAIT_S * 2 ** min(doublings, 16))
        yield longest * _CHANCE.uniform(0.5, 1)


def _final_error(
    url: str, error: OSError | DataError, waited: float, has_answered: bool
) -> OSError | DataError:
    """The exception for an error that has not passed."""
    if not isinstance(error, TransientError):
        return error  # a refusal that was doubted
    unreachable = isinstance(error, UnreachableError)
    what = "does not answer:" if unreachable else "answers nothing but errors, the last:"
    then = "check the network and the endpoint"
    if has_answered:
        then = f"waited {waited:.0f} s (--store-patience); run the command again once it is well"
    return DataError(f"{url}: the store {what} {error}; {then}")
