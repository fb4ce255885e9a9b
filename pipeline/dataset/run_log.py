"""The log of runs: one file a run in the dataset's folder ``log``, written at start and end.

The log is about runs, not about data: it holds times and paths, so it differs between two builds
of the same corpora that are equal otherwise.
"""

import os
import platform
import re
import shlex
import subprocess
import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from pydantic import BaseModel, ValidationError

import pipeline
from pipeline.common.errors import ExhubertError, UsageError
from pipeline.dataset.manifest import Manifest
from pipeline.monitoring import BuildProgress
from pipeline.storage import files as storage

LOG = "log"
"""Folder of the log, below the dataset folder."""

_LIBRARIES = ("exhubert", "apache-beam", "numpy", "pyarrow", "soxr")
_SECRET = r"[\w.-]*(?:key|secret|token|passw|credential)[\w.-]*"


class CorpusRun(BaseModel):
    """Outcome of a run for one corpus.

    Attributes:
        decoded: Clips whose audio was decoded and can be used; None where the runner does not count
            them.
        reused: Clips whose audio an earlier run had written; None likewise.
    """

    found: int
    written: int
    excluded: int
    rejected: int
    decoded: int | None = None
    reused: int | None = None


class Run(BaseModel):
    """One run of a command that writes a dataset.

    Attributes:
        started: UTC, ISO 8601.
        command: The command line, with secrets masked.
        commit: Commit of the source code, if it lies in a git checkout.
        runner: ``local``, or a Beam runner's name.
        jobs: Processes of a local run; None elsewhere.
        ended: None while it runs; stays None if it was killed.
        status: Exit status.
    """

    started: str
    command: str
    versions: dict[str, str]
    commit: str | None
    machine: str
    runner: str
    jobs: int | None = None
    corpora: dict[str, CorpusRun] = {}
    ended: str | None = None
    seconds: float | None = None
    status: int | None = None
    error: str | None = None


@contextmanager
def record_run(
    output: str, command: Sequence[str], runner: str = "local", jobs: int | None = None
) -> Iterator[Run]:
    """Writes the record of a run; what the caller adds to it is stored at the end.

    Args:
        output: The dataset folder.
        command: The words of the command line.
        runner: ``local``, or a Beam runner's name.
        jobs: Processes of a local run.

    Raises:
        UsageError: Nothing can be written to the folder.
    """
    begun = datetime.now(UTC)
    run = Run(
        started=begun.isoformat(timespec="milliseconds"),
        command=shlex.join(mask_secrets(command)),
        versions=library_versions(),
        commit=find_commit(),
        machine=_describe_machine(),
        runner=runner,
        jobs=jobs,
    )
    name = f"{begun:%Y%m%dT%H%M%S}.{begun.microsecond:06d}-{uuid.uuid4().hex[:8]}.json"
    path = storage.join(output, LOG, name)
    _store(output, path, run)
    try:
        yield run
    except BaseException as error:
        run.status = error.exit_status if isinstance(error, ExhubertError) else 1
        if isinstance(error, KeyboardInterrupt):
            run.status = 130  # as shells say of a command that was interrupted
        if isinstance(error, OSError) and error.errno is not None:
            run.status = UsageError.exit_status  # as commands end that may not read or write
        run.error = _mask(f"{type(error).__name__}: {error}")
        with suppress(ExhubertError):  # a full disk, which has most likely ended the run, too
            _store(output, path, _end(run, begun))
        raise
    _store(output, path, _end(run, begun))


def read_runs(output: str, latest: int | None = None) -> list[Run]:
    """Runs in the log of a dataset, the oldest first.

    Args:
        output: The dataset folder.
        latest: Most runs to read, the latest ones; all by default.
    """
    folder = storage.join(output, LOG)
    names = [name for name in storage.list_names(folder) if name.endswith(".json")]
    runs = []
    for name in names if latest is None else names[-latest:]:
        with suppress(ValidationError):  # of another version, or not ours
            runs.append(Run.model_validate_json(storage.read(storage.join(folder, name)) or b""))
    return runs


def mask_secrets(command: Sequence[str]) -> list[str]:
    """A command line without the values of options that are named like secrets.

    >>> mask_secrets(["build", "--s3_secret_access_key=abc", "--token", "def", "--jobs", "2"])
    ['build', '--s3_secret_access_key=***', '--token', '***', '--jobs', '2']
    """
    masked = []
    hide = False
    for word in command:
        masked.append("***" if hide and not word.startswith("--") else _mask(word))
        hide = re.fullmatch(rf"--{_SECRET}", word, re.IGNORECASE) is not None
    return masked


def library_versions() -> dict[str, str]:
    """Versions of what decides a dataset's bytes, and of the runner."""
    import av
    import soundfile
    import soxr

    from pipeline.audio.decoder import decoding_libraries

    found = {}
    for library in (*_LIBRARIES, *decoding_libraries()):
        with suppress(PackageNotFoundError):
            found[library] = version(library)
    found["libsndfile"] = soundfile.__libsndfile_version__
    found["libsoxr"] = soxr.__libsoxr_version__
    found["libavcodec"] = ".".join(map(str, av.library_versions["libavcodec"]))
    return found


def find_commit() -> str | None:
    """Commit of this code, ``-dirty`` added where it was changed; None outside of its checkout."""
    source = Path(pipeline.__file__).resolve().parents[1]
    if not (source / ".git").exists():
        return None
    command = ["git", "-C", str(source), "describe", "--always", "--dirty", "--abbrev=12"]
    try:
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return None


def count_corpora(
    manifest: Manifest, built: Iterable[str], counts: BuildProgress | None = None
) -> dict[str, CorpusRun]:
    """Outcomes of the corpora that a run built, by id.

    Args:
        manifest: Manifest of the dataset afterwards.
        built: Ids of those corpora.
        counts: Counts of a local runner.
    """
    counted = counts.corpora if counts else {}
    return {
        corpus: CorpusRun(
            found=manifest.corpora[corpus].found,
            written=manifest.corpora[corpus].written,
            excluded=sum(manifest.corpora[corpus].excluded.values()),
            rejected=sum(manifest.corpora[corpus].rejected.values()),
            decoded=counted[corpus].decoded if corpus in counted else None,
            reused=counted[corpus].reused if corpus in counted else None,
        )
        for corpus in sorted(built)
    }


def _describe_machine() -> str:
    system = f"{platform.system()} {platform.machine()}"
    return f"{system}, {os.cpu_count()} cores, Python {platform.python_version()}"


def _mask(text: str) -> str:
    """Text without the values of ``secret=value`` pairs and without passwords in URLs."""
    text = re.sub(rf"({_SECRET}=)[^\s&]+", r"\1***", text, flags=re.IGNORECASE)
    return re.sub(r"(://[^/\s:@]*):[^/\s@]+@", r"\1:***@", text)


def _end(run: Run, begun: datetime) -> Run:
    """The run, with when it has ended."""
    ended = datetime.now(UTC)
    run.ended = ended.isoformat(timespec="milliseconds")
    run.seconds = round((ended - begun).total_seconds(), 3)
    return run


def _store(output: str, path: str, run: Run) -> None:
    try:
        storage.write_atomic(path, (run.model_dump_json(indent=1) + "\n").encode())
    except OSError as error:
        raise UsageError(f"{output}: can't be written: {error.strerror or error}") from None
