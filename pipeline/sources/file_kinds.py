"""Describes a file by its first bytes if it is not what was expected, and what to do."""

from pipeline.common.git_lfs import POINTER_START

_KINDS = (
    (POINTER_START, "a Git LFS pointer, not the file itself: run `git lfs pull`"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Excel workbook (.xls): save it as .xlsx or .csv"),
    (b"PAR1", "a Parquet file"),
    (b"\x1f\x8b", "compressed by gzip: unpack it with gunzip"),
    (b"BZh", "compressed by bzip2: unpack it with bunzip2"),
    (b"\xfd7zXZ", "compressed by xz: unpack it with unxz"),
    (b"Rar!", "a RAR archive: unpack it with unrar or unar"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive: unpack it with 7z"),
    (b"%PDF", "a PDF: save its table as .csv"),
    (b"{\\rtf", "an RTF document: save it as plain text"),
    (b"$FL2", "an SPSS file: save it as .csv"),
    (b"MATLAB", "a MATLAB file: save it as .csv"),
    (b"\x89HDF", "an HDF5 file: save it as .csv"),
    (b"SQLite format 3", "an SQLite database: save its table as .csv"),
    (b"ARROW1", "an Arrow file: write it as .csv or .jsonl"),
    (b"<!DOCTYPE", "a page for browsers: was a log-in asked for when it was downloaded?"),
    (b"<!doctype", "a page for browsers: was a log-in asked for when it was downloaded?"),
    (b"<html", "a page for browsers: was a log-in asked for when it was downloaded?"),
)


_BEGINNING = 1_000
"""Bytes at the beginning, blanks among them, by which a page for browsers is known."""


def describe_content(content: bytes) -> str | None:
    """For a file that is not a table: its kind, and what to do; None if it may be one.

    Args:
        content: Content of the file, or its beginning.

    >>> describe_content(b"%PDF...")
    'a PDF: save its table as .csv'
    """
    beginning = content[:_BEGINNING].lstrip()
    for start, what in _KINDS:
        if content.startswith(start) or (start[:1] == b"<" and beginning.startswith(start)):
            return what
    if not content.startswith(b"PK\x03\x04") or is_workbook(content):
        return None
    if b"opendocument.spreadsheet" in content[:200]:
        return "an OpenDocument spreadsheet: save it as .xlsx or .csv"
    return "a zip archive: unpack it, or name it under `archive`"


def is_workbook(content: bytes) -> bool:
    """Whether a file is an Excel workbook (.xlsx), whatever it is called."""
    return content.startswith(b"PK\x03\x04") and b"xl/workbook.xml" in content
