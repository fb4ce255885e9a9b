from collections.abc import Sequence

import pytest

from pipeline.index.table_finder import TableFinder
from pipeline.sources.listing import SourceFile
from tests.conftest import MakeSpec

TABLES = """
  facts: {file: docs/facts.csv, match: {clip: '{stem}'}, take: [age]}
  heard: {file: ['*.lab', votes.txt], match: {clip: '{stem}'}, take: [room]}
"""


def find(make_spec: MakeSpec, paths: Sequence[str], **keys: str) -> list[str]:
    finder = TableFinder(make_spec(tables=TABLES, **keys))
    files = [SourceFile(path, 1, "") for path in paths]
    assert list(finder.watch(files)) == files
    return [file.path for file in finder.files()]


def test_files_of_tables_are_found_wherever_they_lie(make_spec: MakeSpec) -> None:
    paths = ["b.wav", "x/b.lab", "docs/facts.csv", "a.lab", "facts.csv", "b.LAB", "votes.csv"]
    assert find(make_spec, paths) == ["a.lab", "docs/facts.csv", "x/b.lab"]
    paths = ["a/a.lab", "b/b.lab", "docs/facts.csv"]
    assert find(make_spec, paths, ignore="'a/*'") == ["b/b.lab", "docs/facts.csv"]
    found = find(make_spec, ["b.LAB", "docs/FACTS.csv"], ignore_case="true")
    assert found == ["b.LAB", "docs/FACTS.csv"]


@pytest.mark.parametrize("near", ["facts.csv", "docs/Facts.CSV", "docs/facts.xlsx"])
def test_what_a_missing_table_may_be_is_kept(make_spec: MakeSpec, near: str) -> None:
    assert find(make_spec, ["a.lab", near, "a.wav"]) == ["a.lab", near]


def test_of_many_near_names_a_few_are_kept(make_spec: MakeSpec) -> None:
    many = [f"{n}/facts.wav" for n in range(50)]
    assert find(make_spec, [*many[::-1], "a.lab"]) == [
        "0/facts.wav",
        "1/facts.wav",
        "10/facts.wav",
        "a.lab",
    ]
