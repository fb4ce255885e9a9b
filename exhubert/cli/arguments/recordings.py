"""Recordings that a command line names: files, folders, a list on stdin, or stdin itself."""

import contextlib
import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TextIO

from exhubert.cli.arguments.paths import local_path
from pipeline.common.errors import UsageError
from pipeline.running.scratch_folder import scratch_folder

STDIN = "-"
"""The name of stdin, and of a recording that came by it."""

_LONGEST_PATH = 4096  # characters
_HEAD = 1 << 16  # bytes of stdin by which a recording is told from a list


@contextlib.contextmanager
def named_recordings(words: Sequence[str], stdin: TextIO) -> Iterator[list[Path]]:
    """Files of the recordings that arguments name; stdin is kept in a temporary file.

    Args:
        words: Files, folders, or ``-``.
        stdin: Read as bytes, if it is named.

    Raises:
        UsageError: A path does not exist or is a URL, a folder holds no audio, or what comes by
            stdin is neither a recording nor paths.
    """
    files = find_audio(word for word in words if word != STDIN)
    if STDIN not in words:
        yield files
        return
    from pipeline.audio.containers.tags import is_recording

    head = stdin.buffer.read(_HEAD)
    if _names_a_file(head) or not is_recording(head):
        listed = read_list(head + stdin.buffer.read())
        check_list(listed)
        yield [*files, *listed]
        return
    with scratch_folder() as folder:
        recording = folder / STDIN
        with recording.open("wb") as file:
            file.write(head)
            shutil.copyfileobj(stdin.buffer, file)
        yield [*files, recording]


def shown_name(path: str) -> str:
    """What a recording is called for people: ``-`` where it came by stdin."""
    return STDIN if Path(path).name == STDIN else path


def _names_a_file(head: bytes) -> bool:
    """Whether data begin with the path of a file that is there."""
    name = head.split(b"\0" if b"\0" in head else b"\n", maxsplit=1)[0]
    return bool(name) and len(name) <= _LONGEST_PATH and os.path.lexists(name)


def find_audio(paths: Iterable[str | Path]) -> list[Path]:
    """The files named, and the audio files below the folders named, in order.

    Raises:
        UsageError: A path does not exist or is a URL, or a folder holds no audio.
    """
    from pipeline.audio.decoder import suffixes  # brings libraries that other commands don't need

    audio = suffixes()
    files: list[Path] = []
    for path in map(local_path, map(str, paths)):
        if path.is_dir():
            below = [file for file in sorted(path.rglob("*")) if _is_audio(file, audio)]
            if not below:
                raise UsageError(f"{path}: no audio files in this folder ({', '.join(audio)})")
            files += below
        elif path.is_file():
            files.append(path)
        else:
            raise UsageError(f"{path}: no such file or folder")
    return files


def read_list(content: bytes) -> list[Path]:
    """Paths one a line, or separated by NUL if there is one (``find -print0``).

    Raises:
        UsageError: There is none.
    """
    names = content.split(b"\0") if b"\0" in content else content.splitlines()
    if not any(names):
        raise UsageError("no paths on stdin: expected one a line, or separated by NUL")
    return [Path(os.fsdecode(name)) for name in names if name]


def check_list(paths: Sequence[Path]) -> None:
    """Makes sure that what came by stdin were paths, and not a recording itself.

    Raises:
        UsageError: Not one of them is there.
    """
    if any(map(_is_there, paths)):
        return
    names = list(map(str, paths))
    if any(len(name) > _LONGEST_PATH or not name.isprintable() for name in names):
        raise UsageError(
            "stdin: found data, expected paths of files, one a line or separated by NUL, or a "
            "recording in a format that its first bytes tell: save this one and name its file"
        )
    raise UsageError(
        f"stdin: none of the files named is there ({names[0]}{', …' if names[1:] else ''}); "
        "expected paths, one a line or separated by NUL"
    )


def _is_there(path: Path) -> bool:
    try:
        return os.path.lexists(path)
    except ValueError:
        return False


def _is_audio(file: Path, suffixes: Sequence[str]) -> bool:
    return file.suffix.lower() in suffixes and not file.name.startswith(".") and file.is_file()
