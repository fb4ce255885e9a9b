"""Members of zip archives, by the entries of their directory."""

import stat
import zipfile
from collections.abc import Iterable

from pipeline.sources import zip_content
from pipeline.sources.archive_members import Member, check_count, unpacks_too_large
from pipeline.sources.clip_names import clip_name
from pipeline.sources.member_names import zip_name


def zip_members(
    directory: Iterable[zipfile.ZipInfo], size: int, encoding: str | None
) -> list[Member]:
    """Members by the entries of a zip of ``size`` bytes."""
    entries = sorted(directory, key=lambda entry: entry.header_offset)
    check_count(len(entries))
    ends = [*(entry.header_offset for entry in entries[1:]), size]
    members = []
    for entry, next_start in zip(entries, ends, strict=False):
        if entry.orig_filename.endswith("/"):
            continue
        name, guessed = zip_name(entry, encoding)
        path, problem = clip_name(name)
        longest = zip_content.HEADER_BYTES + entry.compress_size
        members.append(
            Member(
                path,
                entry.file_size,
                version=f"{entry.CRC:08x} {entry.date_time}",
                problem=problem or guessed or _problem(entry),
                start=entry.header_offset,
                end=min(next_start, entry.header_offset + longest),
            )
        )
    return members


def _problem(entry: zipfile.ZipInfo) -> str | None:
    """Why a member can't be read."""
    if entry.flag_bits & 0x1:
        return "encrypted; unpack the archive with its password"
    if stat.S_ISLNK(entry.external_attr >> 16):
        return "a symbolic link; only files are read from archives"
    if entry.compress_type not in zip_content.METHODS:
        method = entry.compress_type
        return f"compressed by method {method}, which can't be read in place; unpack the archive"
    return unpacks_too_large(entry.file_size)
