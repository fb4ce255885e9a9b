"""Tables of a corpus are found, read as they are encoded, and joined by their values."""

import pytest

from pipeline.drafting.table_discovery import DiscoveredTable, find_tables, join
from pipeline.schema.fields import Fields
from pipeline.sources.listing import SourceFile


def found(**contents: bytes) -> list[DiscoveredTable]:
    """Tables among files of these names, ``__`` for the dot."""
    named = {name.replace("__", "."): content for name, content in contents.items()}
    files = [SourceFile(name, len(content), "") for name, content in named.items()]
    return find_tables(files, named.__getitem__)


def clip(stem: str, **fields: str) -> Fields:
    return {"path": f"wav/{stem}.wav", "stem": stem, **fields}


CLIPS = [clip(f"c{n}", speaker=f"s{n // 2}") for n in range(4)]


def test_tables_are_those_with_suffixes_of_tables_that_are_not_too_large() -> None:
    files = [
        SourceFile("a.csv", 9, ""),
        SourceFile("b.CSV", 9, ""),
        SourceFile("c.wav", 9, ""),
        SourceFile("d.csv", 10**9, ""),
    ]
    tables = find_tables(files, lambda path: b"id,age\ns0,30\n")
    assert [table.path for table in tables] == ["a.csv", "b.CSV"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "utf-16", "cp1252"])
def test_encoding_that_fits_is_found(encoding: str) -> None:
    (table,) = found(t__csv="id,name\ns0,Jürgen\n".encode(encoding))
    assert table.values("name") == ["Jürgen"]
    assert not table.problem


def test_table_that_can_not_be_read_says_why() -> None:
    def read(path: str) -> bytes:
        raise PermissionError(13, "Permission denied")

    (table,) = find_tables([SourceFile("a.csv", 9, "")], read)
    assert table.problem == "can't be read: Permission denied"
    assert not table.columns


def test_table_is_joined_by_the_column_that_names_the_clips() -> None:
    rows = b"file,who,feeling\n" + b"".join(
        b"c%d.wav,s%d,%s\n" % (n, n // 2, (b"angry", b"sad")[n % 2]) for n in range(4)
    )
    (table,) = found(t__csv=rows)
    joined = join(table, CLIPS)
    assert (joined.column, joined.template, joined.labels) == ("file", "{stem}.wav", "feeling")
    assert joined.take == {"emotion": "feeling", "who": "who"}
    row = joined.row_of(CLIPS[3])
    assert row is not None
    assert row["feeling"] == "sad"
    assert joined.row_of(clip("c9")) is None


def test_table_of_speakers_is_joined_by_a_field() -> None:
    (table,) = found(t__csv=b"Speaker,age\ns0,30\ns1,40\n")
    joined = join(table, CLIPS)
    assert (joined.column, joined.template) == ("Speaker", "{speaker}")
    assert joined.take == {"age": "age"}


@pytest.mark.parametrize("rows", [b"id\nx\ny\n", b"id,n\ns0,1\ns0,2\ns1,3\n", b"id\ns0\n"])
def test_chance_matches_and_repeated_keys_join_nothing(rows: bytes) -> None:
    (table,) = found(t__csv=rows)
    joined = join(table, CLIPS)
    assert joined.column == ""
    assert joined.row_of(CLIPS[0]) is None


def test_an_encoding_is_not_guessed_where_it_would_be_wrong() -> None:
    def read(text: str, encoding: str) -> DiscoveredTable:
        content = f"name,who\na,{text}\n".encode(encoding)
        (table,) = find_tables([SourceFile("t.csv", 9, "")], lambda path: content)
        return table

    assert read("schön désolé", "cp1252").encoding == "cp1252"
    chinese = read("刘畅", "gbk")
    assert chinese.rows == ()
    assert "name its `encoding` in the spec (it would fit gb18030" in chinese.problem
