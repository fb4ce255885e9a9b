"""Obtains a corpus: downloads the files that its spec names, or says whom to ask for it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pipeline.common.errors import UsageError
from pipeline.sources.download import Downloaded, download
from pipeline.sources.resumed_fetch import RemoteFile
from pipeline.sources.unpack import can_unpack, unpack_archive
from pipeline.specs.corpus_spec import CorpusSpec

_STEPS = {
    "open": "it is open: download it there, into a folder called {id} in your data root",
    "registration": "register there, and put what you get into a folder called {id}",
    "agreement": "an agreement must be signed; put what you get into a folder called {id}",
    "purchase": "it is sold; put what you get into a folder called {id}",
    "never_released": "it was never released: ask its authors",
    "unknown": "nobody says how it is given out: ask its authors",
}

OnFile = Callable[[str, int, int | None], object]
"""Told the name of a file, how many bytes of it have come, and how many there are to come."""


@dataclass(frozen=True)
class ObtainedFile:
    """A file of a corpus, downloaded or there already.

    Attributes:
        file: What was checked, and whether it was fetched.
        unpacked: Number of files that it was unpacked to; None where it was left as it is.
    """

    file: Downloaded
    unpacked: int | None = None


def how_to_obtain(spec: CorpusSpec) -> str:
    """Whom to ask for a corpus that can't be fetched, and where."""
    access = spec.access
    parts = [_STEPS[access.how].format(id=spec.id), access.url or spec.homepage, access.note]
    return f"{spec.id}: {'; '.join(filter(None, parts))}"


def obtain_corpus(
    spec: CorpusSpec,
    folder: Path,
    unpack: bool = True,
    on_progress: OnFile = lambda *_: None,
) -> list[ObtainedFile]:
    """Downloads the files that a spec names into the folder of its corpus.

    What is there and right is left alone, and what was interrupted goes on. Archives stay beside
    what was unpacked from them: they show the next run that nothing is missing.

    Args:
        spec: Spec of the corpus.
        folder: Folder of the corpus.
        unpack: Whether to unpack the archives that the spec says so of.
        on_progress: Told after every block.

    Raises:
        UsageError: The spec names no files.
        DataError: A file can't be fetched, is not what it should be, or can't be unpacked.
    """
    if not spec.access.files:
        raise UsageError(how_to_obtain(spec))
    obtained = []
    for one in spec.access.files:
        remote = RemoteFile(one.url, one.size, one.checksum)

        def report(come: int, total: int | None, name: str = one.file_name) -> None:
            on_progress(name, come, total)

        found = download(remote, folder / one.file_name, report)
        archive = one.unpack and unpack and can_unpack(one.file_name)
        obtained.append(ObtainedFile(found, _unpack(found, spec) if archive else None))
    return obtained


def _unpack(archive: Downloaded, spec: CorpusSpec) -> int | None:
    """Unpacks an archive beside itself, unless that was done before; number of its files."""
    done = archive.path.with_name(f".{archive.path.name}.unpacked")
    if done.exists() and done.read_text() == archive.sha256:
        return None
    files = unpack_archive(archive.path, archive.path.parent, spec.archive_encoding)
    done.write_text(archive.sha256)
    return files
