"""Columns that files give their rows, rows that count, and names of classes."""

import pytest

from pipeline.common.errors import DataError
from pipeline.sources.clip_rows import file_columns, name_cells
from pipeline.specs.row_spec import RowSpec


def test_a_path_gives_columns() -> None:
    rows = RowSpec(path=r"^(?P<language>\w+)/(?P<part>train|test)-")
    assert file_columns("Hindi/train-0.parquet", rows, False) == {
        "language": "Hindi", "part": "train", "_stem": "train-0"
    }  # fmt: skip
    assert file_columns("x.parquet", rows, False) == {"_stem": "x"}


def test_classes_are_named_and_those_of_lists() -> None:
    names = {"0": "anger", "1": "joy", "-1": None}
    assert name_cells(["1", "", "-1", "0"], names, "c", "f", "parquet") == ["joy", "", "", "anger"]
    assert name_cells(["[0, 1]", "[]"], names, "c", "f", "parquet") == ['["anger", "joy"]', "[]"]
    assert name_cells(["joy", "1.0"], names, "c", "f", "parquet") == ["joy", "joy"]
    brackets = {"[unk]": None, "0": "[noise]", "1": "joy"}
    assert name_cells(["[unk]", "[noise]", "[1]"], brackets, "c", "f", "parquet") == [
        *("", "[noise]", '["joy"]')
    ]
    with pytest.raises(DataError, match=r"f: \[unk\] in column 'c' is no class.*names: "):
        name_cells(["[unk]"], names, "c", "f", "tables")
    with pytest.raises(
        DataError, match=r"f: 7 in column \'c\' is no class; known are 0 anger, 1 joy"
    ):
        name_cells(["7"], names, "c", "f", "parquet")
