"""Files of tables: which of a corpus's files they are."""

from pathlib import Path

import pytest

from pipeline.index.table_files import find_table_files, load_tables
from pipeline.sources.listing import SourceFile
from pipeline.sources.reader import CorpusReader, walk_sources
from tests.conftest import MakeSpec
from tests.support.archives import tarred

TABLE = "{facts: {file: f.csv, match: {name: '{stem}'}, take: {text: said}}}"


def test_they_are_found_by_the_globs_of_their_tables_sorted_by_path(make_spec: MakeSpec) -> None:
    spec = make_spec(tables=TABLE.replace("f.csv", "'*.csv'"), ignore="'old/*'")
    files = [SourceFile(path, 1, "") for path in ("b.csv", "a.csv", "old/c.csv", "b.wav")]
    assert [file.path for file in find_table_files(spec, files)] == ["a.csv", "b.csv"]


@pytest.mark.parametrize("last", [b"name,said\na,new\n", b"name,said\na,newer\n"])
def test_of_a_table_that_stands_twice_in_an_archive_the_last_counts(
    make_spec: MakeSpec, tmp_path: Path, last: bytes
) -> None:
    first = tarred({"f.csv": b"name,said\na,old\n"}).rstrip(b"\0")
    first += bytes(-len(first) % 512)
    (tmp_path / "c.tar").write_bytes(first + tarred({"f.csv": last}))  # as `tar -r` appends
    spec = make_spec(archive="c.tar", tables=TABLE)
    files = list(walk_sources(str(tmp_path), spec.source_rules))
    assert [file.path for file in files].count("c.tar/f.csv") == 2
    read = CorpusReader(str(tmp_path), spec.source_rules).read
    table = load_tables(spec, files, read)["facts"]
    assert table.find({"stem": "a"}) == [{"text": last.decode().split(",")[-1].strip()}]
