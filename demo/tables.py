"""Index tables of stand-ins: which files they stand in, and what those hold."""

import csv
import datetime
import io
import zipfile
from collections.abc import Mapping, Sequence

from demo.entry import StandIn, StandInTable, choose
from demo.plan import Clip

_SPREADSHEETS_BEGIN = datetime.datetime(1980, 1, 1)  # what a workbook says when nobody says more

Row = Mapping[str, str]
"""Fields of the clip or speaker that the row tells of."""


def table_files(entry: StandIn, clips: Sequence[Clip]) -> dict[str, bytes]:
    """Content of every table of a stand-in, by path below the corpus root."""
    return {
        name: content
        for template, table in entry.tables.items()
        for name, content in _files(template, table, clips).items()
    }


def _files(template: str, table: StandInTable, clips: Sequence[Clip]) -> dict[str, bytes]:
    """The files of one table: clips that give its template the same name share one."""
    rows: dict[str, list[Row]] = {}
    first_of = {clip.speaker: clip for clip in reversed(clips)}
    for clip in clips:
        if table.each == "clip" or clip is first_of[clip.speaker]:
            listed = rows.setdefault(template.format_map(clip.fields), [])
            listed.append({**clip.fields, "row": str(len(listed) + 1)})
    return {
        name: _workbook(table, listed) if name.endswith(".xlsx") else _text(table, listed)
        for name, listed in rows.items()
    }


def _text(table: StandInTable, rows: Sequence[Row]) -> bytes:
    stream = io.StringIO(newline="")
    stream.write(table.head)
    if table.line:
        stream.writelines(table.line.format_map(row) for row in rows)
    else:
        writer = csv.writer(
            stream,
            delimiter=table.separator,
            lineterminator="\n",
            quoting=csv.QUOTE_ALL if table.quoted else csv.QUOTE_MINIMAL,
        )
        writer.writerow(table.columns)
        writer.writerows(_cells(table, row) for row in rows)
    text = stream.getvalue().replace("\n", table.newline)
    return text.encode(choose(table.encoding, rows[0]))


def _workbook(table: StandInTable, rows: Sequence[Row]) -> bytes:
    """An Excel workbook, without the time of writing: the same rows give the same bytes."""
    import openpyxl  # few corpora need it
    from openpyxl.writer.excel import ExcelWriter

    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    book.properties.created = book.properties.modified = _SPREADSHEETS_BEGIN
    for row in rows:
        title = table.sheet.format_map(row)
        if title not in book.sheetnames:
            book.create_sheet(title).append(list(table.columns))
        book[title].append(_cells(table, row))
    dated, dateless = io.BytesIO(), io.BytesIO()
    ExcelWriter(book, zipfile.ZipFile(dated, "w")).save()
    with zipfile.ZipFile(dated) as written, zipfile.ZipFile(dateless, "w") as archive:
        for name in written.namelist():
            archive.writestr(zipfile.ZipInfo(name), written.read(name))
    return dateless.getvalue()


def _cells(table: StandInTable, row: Row) -> list[str]:
    return [choose(column, row) for column in table.columns.values()]
