from pipeline.sources.file_kinds import describe_content, is_workbook


def test_tables_are_no_kind_of_their_own() -> None:
    assert [describe_content(text) for text in (b"", b"file,emotion\n", b"[{}]")] == [None] * 3


def test_zips_are_workbooks_spreadsheets_or_archives() -> None:
    assert is_workbook(b"PK\x03\x04..xl/workbook.xml")
    assert describe_content(b"PK\x03\x04..xl/workbook.xml") is None
    ods = b"PK\x03\x04 mimetypeapplication/vnd.oasis.opendocument.spreadsheet"
    assert describe_content(ods) == "an OpenDocument spreadsheet: save it as .xlsx or .csv"
    assert "a zip archive" in str(describe_content(b"PK\x03\x04wav/a.wav"))


def test_pages_may_begin_with_blanks() -> None:
    assert "a page for browsers" in str(describe_content(b"\r\n \n<!DOCTYPE html><html>"))
    assert describe_content(b"\n\nfile,emotion\n") is None
