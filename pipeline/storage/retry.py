"""Patience with a store: what may pass is tried again, for seconds and not for minutes."""

import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import TypeVar

from pipeline.common.errors import DataError
from pipeline.storage.protocol import Store, StoredFile, TransientError, UnreachableError

RETRY_DELAYS_S = (0.25, 0.5, 1.0, 2.0, 4.0)
"""Waits between tries, in s. All workers wait alike: what they do must not depend on chance."""

MAX_CONSECUTIVE_FAILURES = 8
"""So many files given up, and none read in between: then it is not the files."""

Result = TypeVar("Result")


class RetryingStore:
    """A store that retries what fails, and tells one file's failure from the store's.

    Methods do what those of :class:`Store` do, but never raise ``TransientError``: a file that
    stays unreadable gives an ``OSError``, a store that does not answer a ``DataError``.
    """

    def __init__(self, store: Store) -> None:
        self.store = store
        self.failures = 0

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
        return self._try(url, lambda: self.store.read(url, start, end))

    def write(self, url: str, content: bytes) -> None:
        """Writes a whole file."""
        self._try(url, lambda: self.store.write(url, content))

    def find(self, url: str) -> StoredFile | None:
        """The file at a URL; None where there is none."""
        return self._try(url, lambda: self.store.find(url))

    def delete(self, url: str) -> None:
        """Deletes a file, if it is there."""
        self._try(url, lambda: self.store.delete(url))

    def _try(self, url: str, action: Callable[[], Result]) -> Result:
        for delay in RETRY_DELAYS_S:
            try:
                result = action()
            except TransientError:
                time.sleep(delay)
            else:
                self.failures = 0
                return result
        try:
            return action()
        except UnreachableError as trouble:
            raise DataError(
                f"{url}: the store does not answer: {trouble}; check the network and the endpoint"
            ) from None
        except TransientError as trouble:
            self.failures += 1
            if self.failures >= MAX_CONSECUTIVE_FAILURES:
                raise DataError(
                    f"{url}: the store answers nothing but errors, the last: {trouble}; "
                    "try again later: shards that are written are not made anew"
                ) from None
            raise OSError(f"given up after {len(RETRY_DELAYS_S) + 1} tries: {trouble}") from None
