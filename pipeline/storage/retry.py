"""Patience with a store: what it says of itself is waited out, and never blamed on one file."""

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
"""How long a store is asked that has never answered: there may be none."""

FIRST_WAIT_S, LONGEST_WAIT_S = 0.25, 10.0
"""Waits between tries: each up to twice as long as the one before."""

SAID_AFTER_S = 2.0
"""Troubles that pass sooner are not spoken of."""

DOUBT_S = 10.0
"""After a trouble, refusals are doubted for so long: a store that starts may not know its files."""

_KNOWN = 4
"""Files of a bucket that are kept in mind as given before; some may be deleted since."""

MAX_REFUSALS = 8
"""So many files refused, and none given before or in between: then it is not the files."""

_CHANCE = random.SystemRandom()  # of its own: others' random numbers must not depend on stores

Result = TypeVar("Result")

OnWait = Callable[[str], None]
"""Called with what is waited for, in words for people; with nothing once that has passed."""

_log = logging.getLogger("exhubert.stores")


class RetryingStore:
    """A store that waits out what may pass, and tells one file's failure from the store's.

    Methods do what those of :class:`Store` do, but never raise ``TransientError``: a file that the
    store refuses gives an ``OSError``, a store that is in trouble for too long a ``DataError``.
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
            store: Which raises what :class:`Store` says.
            patience: Longest time, in s, to wait for a store that has answered before.
            on_wait: Called from any thread with what is waited for.
            has_answered: Whether the store is known to have answered another process.
        """
        self.store = store
        self.patience = patience
        self.has_answered = has_answered
        self._on_wait = on_wait
        self._has_said = False
        self._doubtful_until = 0.0
        self._given: dict[str, tuple[str, ...]] = {}  # bucket → files read of it, the last first
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
        """Keeps in mind that a file could be read."""
        bucket = split_url(url)[0]
        known = self._given.get(bucket, ())
        if url not in known:
            self._given[bucket] = (url, *known)[:_KNOWN]

    def _gives_others(self, bucket: str) -> bool | None:
        """Whether files of a bucket are still there that it gave; None where none is known."""
        for url in self._given.get(bucket, ()):
            try:
                if self.find(url):
                    return True
            except OSError:
                return False
        return None  # what is not there any longer tells nothing

    def _check_others(self, url: str, refusal: OSError) -> None:
        """Checks that a store that refuses one file gives others.

        Raises:
            DataError: It does not.
        """
        self._refusals += 1
        gives_others = self._gives_others(split_url(url)[0])
        if gives_others is None:
            gives_others = self._refusals < MAX_REFUSALS
        if not gives_others:
            raise DataError(
                f"{url}: the store refuses this file and others: {refusal}; check the credentials "
                "and what they allow"
            ) from None

    def _try(self, url: str, action: Callable[[], Result]) -> Result:
        """Does it, again and again while the store is in trouble and patience lasts."""
        began: float | None = None
        for wait in _waits():
            trouble: OSError | DataError
            try:
                result = action()
            except TransientError as error:
                trouble = error
                self._doubtful_until = time.monotonic() + DOUBT_S
            except (OSError, DataError) as error:
                if time.monotonic() >= self._doubtful_until:
                    self.has_answered = True
                    raise
                trouble = error
            else:
                self._note_answer()
                return result
            began = began or time.monotonic()
            left = self._patience_left(url, trouble, began)
            time.sleep(min(wait, left))
        raise AssertionError("waits do not end")

    def _note_answer(self) -> None:
        self.has_answered = True
        if self._has_said:
            self._has_said = False
            self._on_wait("")

    def _patience_left(self, url: str, trouble: OSError | DataError, began: float) -> float:
        """How long to wait for a store at most, in s; says that it is waited for.

        Raises:
            DataError: It has been waited for long enough.
        """
        waited = time.monotonic() - began
        patience = self.patience if self.has_answered else min(self.patience, FIRST_PATIENCE_S)
        if waited >= patience:
            raise _final_error(url, trouble, waited, self.has_answered) from None
        if waited >= SAID_AFTER_S:
            words = f"waiting for a store, up to {patience:.0f} s: {url}: {trouble}"
            if not self._has_said:
                _log.warning("%s", words)
            self._has_said = True
            self._on_wait(words)
        return patience - waited


def _waits() -> Iterator[float]:
    """Waits between tries, in s, for ever; no two processes wait alike and come back together."""
    for doublings in count():
        longest = min(LONGEST_WAIT_S, FIRST_WAIT_S * 2 ** min(doublings, 16))
        yield longest * _CHANCE.uniform(0.5, 1)


def _final_error(
    url: str, trouble: OSError | DataError, waited: float, has_answered: bool
) -> OSError | DataError:
    """What to raise of a trouble that has not passed."""
    if not isinstance(trouble, TransientError):
        return trouble  # a refusal that was doubted
    silent = isinstance(trouble, UnreachableError)
    what = "does not answer:" if silent else "answers nothing but errors, the last:"
    then = "check the network and the endpoint"
    if has_answered:
        then = f"waited {waited:.0f} s (--store-patience); run the command again once it is well"
    return DataError(f"{url}: the store {what} {trouble}; {then}")
