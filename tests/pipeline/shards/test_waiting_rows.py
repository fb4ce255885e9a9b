"""Rows come back as they were, from memory and from disk."""

import tempfile
from typing import BinaryIO

import pytest

from pipeline.common.errors import DataError
from pipeline.schema.record import Record
from pipeline.shards import waiting_rows
from pipeline.shards.waiting_rows import WaitingRows


def row(number: int, size: int = 100) -> Record:
    return {"id": f"tones/{number}", "audio": {"bytes": bytes([number]) * size}, "label": None}


@pytest.mark.parametrize("limit", [0, 250, 1 << 20])
def test_rows_are_taken_once_in_any_order(monkeypatch: pytest.MonkeyPatch, limit: int) -> None:
    monkeypatch.setattr(waiting_rows, "IN_MEMORY", limit)
    rows = WaitingRows()
    for number in range(9):
        rows.add(number, row(number))
    rows.add(3, row(30))  # made again, as parts of a file are that turns out to be another
    rows.add(8, row(80, size=300))
    for number, expected in {5: 5, 3: 30, 0: 0}.items():
        assert rows.take(number) == row(expected)
    rows.add(9, row(9))
    assert [rows.take(number) for number in (8, 9, 1)] == [row(80, size=300), row(9), row(1)]
    with pytest.raises(KeyError):
        rows.take(0)


def test_a_full_disk_is_told_by_its_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(**how: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(tempfile, "TemporaryFile", full)
    monkeypatch.setattr(waiting_rows, "IN_MEMORY", 0)
    with pytest.raises(DataError, match=r"No space left on device; .* set TMPDIR"):
        WaitingRows().add(0, row(0))


def test_no_folder_for_temporary_files_is_told_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.setattr(waiting_rows, "IN_MEMORY", 0)
    monkeypatch.setattr(tempfile, "gettempdir", no_folder)  # what a full disk makes of all folders
    monkeypatch.setattr(tempfile, "TemporaryFile", no_folder)
    with pytest.raises(DataError, match=r"no folder for temporary files: No usable .* set TMPDIR"):
        WaitingRows().add(0, row(0))


def no_folder(**how: object) -> None:
    raise FileNotFoundError(2, "No usable temporary directory found in ['/tmp']")


def test_the_file_is_closed_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    files = []

    def keep(**how: int) -> BinaryIO:
        files.append(open_temporary(**how))
        return files[-1]

    open_temporary = tempfile.TemporaryFile
    monkeypatch.setattr(tempfile, "TemporaryFile", keep)
    monkeypatch.setattr(waiting_rows, "IN_MEMORY", 0)
    with WaitingRows() as rows:
        rows.add(0, row(0))
        assert rows.take(0) == row(0)
    assert [file.closed for file in files] == [True]
