"""Prefetching: threads read files in order while the caller works on earlier ones."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

IN_FLIGHT = 16
"""Most files requested at a time: a store answers many requests as fast as one."""

MEMORY = 64 << 20
"""Most bytes requested at a time, unless a single file is larger."""


def prefetch(
    files: Iterable[tuple[str, int]],
    read: Callable[[str], bytes],
    in_flight: int = IN_FLIGHT,
    memory: int = MEMORY,
) -> Iterator[tuple[str, Future[bytes]]]:
    """Reads files while the caller works on the ones before.

    Args:
        files: Path and size, in bytes, of every file.
        read: Gives the content of a path; called from several threads.
        in_flight: Most files to be asked for and not yet handed out.
        memory: Most bytes of those; a file that is larger is read alone.

    Yields:
        Path and content to come, in the order of ``files``.

    >>> [future.result() for _, future in prefetch([("a", 1), ("b", 1)], str.encode)]
    [b'a', b'b']
    """
    waiting: deque[tuple[str, Future[bytes], int]] = deque()
    held = 0
    pool = ThreadPoolExecutor(in_flight, "read-ahead")
    try:
        for path, size in files:
            while waiting and (len(waiting) >= in_flight or held + size > memory):
                first, content, first_size = waiting.popleft()
                yield first, content
                held -= first_size
            waiting.append((path, pool.submit(read, path), size))
            held += size
        while waiting:
            first, content, _ = waiting.popleft()
            yield first, content
    finally:
        pool.shutdown(cancel_futures=True)


class PrefetchReader:
    """Hands out files that are read ahead, to a caller that asks for them in the order planned.

    Files that are asked for out of that order, or were not planned, are read when they are.
    """

    def __init__(
        self,
        files: Iterable[tuple[str, int]],
        read: Callable[[str], bytes],
        in_flight: int = IN_FLIGHT,
        exact: bool = True,
    ) -> None:
        """Plans what is read.

        Args:
            files: Path and size, in bytes, of every file, in the order in which they are asked for.
            read: Gives the content of a path; called from as many threads as are in flight.
            in_flight: Most files to be asked for and not yet handed out.
            exact: Whether the sizes are those of the files, and no estimates.
        """
        self._sizes = dict(files)
        self._exact = exact
        self._read = read
        self._to_come = set(self._sizes)
        self._coming = prefetch(self._sizes.items(), read, in_flight)
        self._path: str | None = None
        self._content: Future[bytes] | None = None

    def read(self, path: str) -> bytes:
        """Content of a file; those that were planned before it count as passed over.

        Raises:
            OSError: It can't be read, or is not as long as it was when listed.
        """
        content = self._get(path)
        size = self._sizes.get(path, len(content))
        if self._exact and len(content) != size:
            raise OSError(f"{len(content)} bytes where {size} were listed: cut short, or changed")
        return content

    def _get(self, path: str) -> bytes:
        while path in self._to_come:
            self._path, self._content = next(self._coming)
            self._to_come.remove(self._path)
        if self._content is None or self._path != path:
            return self._read(path)
        return self._content.result()
