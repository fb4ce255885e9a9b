"""Describes a folder that lacks what was expected: what is there, and what to do."""

from collections import Counter
from collections.abc import Iterable
from pathlib import PurePosixPath

from pipeline.common.git_lfs import POINTER_LIMIT
from pipeline.sources.listing import SourceFile
from pipeline.sources.unpack import UNPACKED

_SUFFIXES = {
    ".zip": "zip archive: unpack it, or name it under `archive` in the spec",
    ".tar": "tar archive: unpack it, or name it under `archive` in the spec, or under `webdataset` "
    "where labels lie beside the clips",
    ".tgz": "compressed archive: unpack it with tar",
    ".tbz2": "compressed archive: unpack it with tar",
    ".txz": "compressed archive: unpack it with tar",
    ".gz": "compressed file or archive: unpack it with tar or gunzip",
    ".bz2": "compressed file or archive: unpack it with tar or bunzip2",
    ".xz": "compressed file or archive: unpack it with tar or unxz",
    ".zst": "compressed file or archive: unpack it with tar or unzstd",
    ".rar": "RAR archive: unpack it with unrar or unar",
    ".7z": "7z archive: unpack it with 7z",
    ".parquet": "Parquet file: if clips are inside, name it under `parquet` in the spec",
    ".arrow": "Arrow file: clips inside it are not read; write them as files",
    ".part": "part of a download that was not finished, or of a divided archive",
    ".crdownload": "download that was not finished",
}
ARCHIVES = (*UNPACKED, ".rar", ".7z")
"""Suffixes of archives, in lower case."""

_SHOWN = 3


def describe_files(files: Iterable[SourceFile]) -> str:
    """What is there instead of what was looked for, and what to do.

    Args:
        files: Files of a corpus, as listed.

    >>> describe_files([])
    'the folder is empty'
    >>> describe_files([SourceFile("AudioWAV.rar", 100, "")])
    'found there: AudioWAV.rar (RAR archive: unpack it with unrar or unar)'
    """
    by_suffix: dict[str, list[SourceFile]] = {}
    for file in files:
        by_suffix.setdefault(PurePosixPath(file.path).suffix.lower(), []).append(file)
    if not by_suffix:
        return "the folder is empty"
    known = [
        f"{_name(found)} ({what})"
        for suffix, what in _SUFFIXES.items()
        if (found := by_suffix.pop(suffix, None))
    ]
    others = Counter({suffix: len(found) for suffix, found in by_suffix.items()})
    for suffix, number in others.most_common(_SHOWN):
        pointer = all(file.size < POINTER_LIMIT for file in by_suffix[suffix])
        size = f"each under {POINTER_LIMIT} bytes, " if pointer else ""
        kind = f"{suffix or 'without a suffix'}, {size}"
        examples = ", ".join(file.path for file in by_suffix[suffix][:_SHOWN])
        known.append(f"{number:,} {kind}such as {examples}")
    return f"found there: {'; '.join(known)}"


def _name(found: list[SourceFile]) -> str:
    names = ", ".join(file.path for file in found[:_SHOWN])
    return names + (f" and {len(found) - _SHOWN:,} more" if len(found) > _SHOWN else "")
