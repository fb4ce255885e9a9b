"""Every other store that Beam's FileSystems know, such as ``hdfs://`` and ``azfs://``."""

from collections.abc import Iterator
from contextlib import contextmanager
from glob import escape

from apache_beam.io.filesystem import BeamIOError, CompressionTypes
from apache_beam.io.filesystems import FileSystems

from pipeline.common.errors import UsageError
from pipeline.storage.protocol import Page, StoredFile, TransientError

_AS_IT_IS = CompressionTypes.UNCOMPRESSED  # Beam would unpack files called .gz


class BeamStore:
    """Files of one scheme, read and written by Beam, with the options of its pipelines."""

    def __init__(self, scheme: str) -> None:
        try:
            FileSystems.get_filesystem(f"{scheme}://")
        except ValueError:
            raise UsageError(
                f"{scheme}://: Beam knows no such store here; corpora and datasets lie in local "
                "folders, s3:// or gs://"
            ) from None

    def list_page(self, folder: str, after: str | None = None) -> Page:
        """Every file below a folder."""
        base = folder.rstrip("/") + "/"
        with _translated(folder):
            (found,) = FileSystems.match([f"{escape(base)}**"])
        files = [
            StoredFile(
                entry.path.removeprefix(base),
                entry.size_in_bytes,
                str(entry.last_updated_in_seconds),
            )
            for entry in found.metadata_list
            if not entry.path.endswith("/")
        ]
        return files, None

    def read(self, url: str, start: int = 0, end: int | None = None) -> bytes:
        """Content of a file, or a range of it."""
        with _translated(url), FileSystems.open(url, compression_type=_AS_IT_IS) as stream:
            if start:
                stream.seek(start)
            content: bytes = stream.read() if end is None else stream.read(end - start)
        if end is not None and len(content) != end - start:
            raise TransientError(f"{len(content)} bytes came of {end - start}")
        return content

    def write(self, url: str, content: bytes) -> None:
        """Writes a whole file."""
        with _translated(url), FileSystems.create(url, compression_type=_AS_IT_IS) as stream:
            stream.write(content)

    def find(self, url: str) -> StoredFile | None:
        """The file at a URL; None where there is none."""
        with _translated(url):
            if not FileSystems.exists(url):
                return None
            found = FileSystems.get_filesystem(url).metadata(url)
        return StoredFile(url, found.size_in_bytes, str(found.last_updated_in_seconds))

    def delete(self, url: str) -> None:
        """Deletes a file, if it is there."""
        with _translated(url):
            if FileSystems.exists(url):
                FileSystems.delete([url])


@contextmanager
def _translated(url: str) -> Iterator[None]:
    """Turns what Beam raises into what a :class:`Store` raises."""
    try:
        yield
    except FileNotFoundError:
        raise
    except Exception as error:  # every file system has exceptions of its own
        causes = [error]
        if isinstance(error, BeamIOError) and error.exception_details:
            causes = [*error.exception_details.values()]
        codes = {getattr(cause, "code", None) for cause in causes}
        told = "; ".join(f"{type(cause).__name__}: {cause}" for cause in causes)
        if codes & {404} or any(isinstance(cause, FileNotFoundError) for cause in causes):
            raise FileNotFoundError(f"{url}: there is no such file") from None
        if codes & {400, 401, 403} or isinstance(error, ValueError):
            raise OSError(told) from None
        raise TransientError(told) from None
