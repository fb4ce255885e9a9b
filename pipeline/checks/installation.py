"""What an installation has, and what it lacks: for ``exhubert doctor`` and reports of faults."""

import importlib.util
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import av
import soundfile

from pipeline.audio.decoder import suffixes
from pipeline.common.cores import usable_cores
from pipeline.common.errors import ExhubertError
from pipeline.common.extras import EXTRAS, install_command
from pipeline.dataset.run_log import library_versions
from pipeline.specs.loader import load_specs

_CODECS = ("aac", "mp3", "opus", "vorbis", "flac", "wmav2", "alac", "ac3", "amrnb", "gsm")
"""Codecs in which corpora come, by FFmpeg's names."""

_LEAST_FREE = 2 << 30  # bytes on a disk, below which a build may soon be out of room


@dataclass(frozen=True)
class Fact:
    """One line.

    Attributes:
        name: Subject of the fact.
        value: What was found.
        problem: What to do if something is wrong or missing; None if all is well.
        serious: Whether exhubert can't work with it so.
    """

    name: str
    value: str
    problem: str | None = None
    serious: bool = False


def examine_installation() -> dict[str, list[Fact]]:
    """Everything about this installation, by what it is about; asks no network."""
    parts: dict[str, Callable[[], Iterator[Fact]]] = {
        "versions": _versions,
        "machine": _machine,
        "audio": _audio,
        "specs": _specs,
        "extras": _extras,
        "stores": _stores,
    }
    return {name: list(part()) for name, part in parts.items()}


def _versions() -> Iterator[Fact]:
    yield Fact("Python", f"{platform.python_version()} ({sys.executable})")
    for library, number in library_versions().items():
        yield Fact(library, number)


def _machine() -> Iterator[Fact]:
    yield Fact("system", f"{platform.system()} {platform.release()}, {platform.machine()}")
    yield Fact("cores", f"{usable_cores()} of {os.cpu_count()}")
    if hasattr(os, "sysconf") and "SC_PHYS_PAGES" in os.sysconf_names:
        total = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
        yield Fact("memory", _gigabytes(total))
    for name, folder in (("here", Path.cwd()), ("temporary", Path(tempfile.gettempdir()))):
        free = shutil.disk_usage(folder).free
        problem = "little room: name another folder, or make room" if free < _LEAST_FREE else None
        yield Fact(f"disk, {name}", f"{_gigabytes(free)} free ({folder})", problem)


def _audio() -> Iterator[Fact]:
    yield Fact("files", " ".join(sorted(suffix.lstrip(".") for suffix in suffixes())))
    yield Fact("libsndfile", ", ".join(sorted(soundfile.available_formats())))
    known = [name for name in _CODECS if name in av.codecs_available]
    lacking = [name for name in _CODECS if name not in known]
    problem = f"FFmpeg here can't decode {', '.join(lacking)}: clips in them are rejected"
    yield Fact("FFmpeg", ", ".join(known), problem if lacking else None)
    fast = importlib.util.find_spec("miniaudio") is not None
    yield Fact("dr_flac", "yes" if fast else "no", None if fast else "libsndfile decodes FLAC")


def _specs() -> Iterator[Fact]:
    try:
        specs = load_specs()
    except ExhubertError as error:
        yield Fact("corpora", "a spec is broken", str(error), serious=True)
        return
    languages = {tag.partition("-")[0] for spec in specs for tag in spec.languages}
    yield Fact("corpora", f"{len(specs)} in {len(languages)} languages")


def _extras() -> Iterator[Fact]:
    for extra, packages in EXTRAS.items():
        lacking = [name for name in packages if not _is_there(name)]
        if lacking:
            yield Fact(
                extra, f"without {', '.join(lacking)}", f"if wanted: {install_command(extra)}"
            )
        else:
            yield Fact(extra, "installed")


def _stores() -> Iterator[Fact]:
    amazon = [
        name
        for name in ("AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_ENDPOINT_URL")
        if os.environ.get(name)
    ]
    if Path("~/.aws/credentials").expanduser().is_file():
        amazon.append("~/.aws/credentials")
    yield Fact("s3://", ", ".join(amazon) or "no credentials in the environment or in ~/.aws")
    names = ("GOOGLE_APPLICATION_CREDENTIALS", "STORAGE_EMULATOR_HOST")
    google = [name for name in names if os.environ.get(name)]
    if Path("~/.config/gcloud/application_default_credentials.json").expanduser().is_file():
        google.append("gcloud's application default credentials")
    yield Fact("gs://", ", ".join(google) or "no credentials in the environment or of gcloud")


def _is_there(package: str) -> bool:
    try:
        return importlib.util.find_spec(package) is not None
    except ModuleNotFoundError:  # a part of a package that is not there
        return False


def _gigabytes(size: int) -> str:
    return f"{size / 1e9:,.1f} GB"
