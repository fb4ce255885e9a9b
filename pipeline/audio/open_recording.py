"""Parts of one long recording, decoded while it stays open and without holding it.

What :func:`pipeline.audio.decoder.decode` makes of a part and the whole file's bytes.
"""

from typing import BinaryIO, cast

from pipeline.audio.backend import Backend, ReadPart
from pipeline.audio.containers.examination import examine
from pipeline.audio.containers.file_bytes import FileBytes
from pipeline.audio.containers.file_view import FileView
from pipeline.audio.containers.layout import Layout
from pipeline.audio.decoder import HEAD_BYTES, read_with_first, refuse_no_audio, with_flags_of
from pipeline.audio.recording import AudioError, Recording, Span


class OpenRecording:
    """A recording whose parts are asked for one after another.

    Parts in the order of their beginnings cost no more than one pass; any order is right.
    """

    def __init__(self, file: BinaryIO, size: int, joined: bool | None = None) -> None:
        """Takes a file, which is examined when its first part is asked for.

        Args:
            file: Seekable; stays open.
            size: Size in bytes.
            joined: Whether another FLAC file follows in it; None to search all of it for that.
        """
        self._file = file
        self._size = size
        self._joined = joined
        self._layout: Layout | AudioError | None = None
        self._head = b""
        self._failures: list[Exception] = []
        self._opened: dict[Backend, ReadPart | None] = {}

    @property
    def layout(self) -> Layout:
        """Layout from the headers.

        Raises:
            AudioError: It is empty, a Git LFS pointer or truncated.
            OSError: It can't be read.
        """
        if self._layout is None:
            self._layout = self._examine()
        if isinstance(self._layout, AudioError):
            raise self._layout
        return self._layout

    def _examine(self) -> Layout | AudioError:
        self._file.seek(0)
        try:
            refuse_no_audio(self._file.read(HEAD_BYTES))
            return examine(FileBytes(self._file, self._size), self._joined)
        except AudioError as error:
            return error

    def read(self, span: Span) -> Recording:
        """A part.

        Raises:
            AudioError: It can't be used, or lies outside.
            OSError: The file can't be read.
        """
        by_packet = self.layout.by_packet or bool(span.track)
        self._head = self._head or self._view().read(HEAD_BYTES)
        try:
            recording = read_with_first(
                self._head, lambda backend: self._read_with(backend, span), by_packet
            )
        except AudioError:
            self._raise_failure()
            raise
        self._raise_failure()
        return with_flags_of(self.layout, recording)

    def _read_with(self, backend: Backend, span: Span) -> Recording | None:
        if backend not in self._opened:
            self._opened[backend] = backend.open_parts(self._view)
        read = self._opened[backend]
        return read(span) if read else None

    def _view(self) -> BinaryIO:
        return cast("BinaryIO", _Watched(self._file, self.layout, self._failures))

    def _raise_failure(self) -> None:
        """Raises what went wrong below a decoder, which took it for the end of the file."""
        if self._failures:
            self._opened.clear()
            failure = self._failures[0]
            self._failures.clear()
            raise failure


class _Watched(FileView):
    """Decoders in C can't hand on an exception of what they read from: it is kept for them."""

    def __init__(self, file: BinaryIO, layout: Layout, failures: list[Exception]) -> None:
        super().__init__(file, layout)
        self._failures = failures

    def readinto(self, buffer: "memoryview | bytearray") -> int:  # type: ignore[override]
        """Reads some bytes; 0 at the end, and where they can't be read."""
        try:
            return super().readinto(buffer)
        except Exception as error:
            self._failures.append(error)
            return 0
