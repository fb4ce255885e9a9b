import pytest

from pipeline.common.errors import DataError
from pipeline.index.separated_values import parse_separated
from pipeline.specs.table_spec import TableSpec

TABLE = TableSpec.model_validate({"file": "f", "match": {"file": "{stem}"}, "take": ["emotion"]})


def rows(text: str, kind: str = "csv") -> list[dict[str, str]]:
    return parse_separated(text, kind, TABLE, "t").records()


@pytest.mark.parametrize(
    "text",
    [
        "sep=;\nfile;emotion\nc1;joy\n",
        "SEP=;\nfile;emotion\nc1;joy\n",
        '"sep=;"\nfile;emotion\nc1;joy\n',
        "sep=|\nfile|emotion\nc1|joy\n",
        "sep=\t\nfile\temotion\nc1\tjoy\n",
        "file;emotion\nc1;joy;\n",
        "file,emotion\nc1,joy,, ,\n",
        "file;emotion\nc1;joy\n;;\n",
        "# made by hand\n# 2024, all rights reserved\nfile,emotion\nc1,joy\n",
        "\n#version 2\nfile;emotion\nc1;joy\n",
    ],
)
def test_what_spreadsheets_write_is_read(text: str) -> None:
    assert rows(text) == [{"file": "c1", "emotion": "joy"}]


def test_surplus_cells_that_say_something_are_an_error_with_the_line() -> None:
    with pytest.raises(DataError, match="t:3: 4 cells, expected 2"):
        rows("sep=;\nfile;emotion\nc1;joy;;x\n")


def test_a_header_may_end_in_empty_names() -> None:
    assert rows("file;emotion;;\nc1;joy;;\n") == [{"file": "c1", "emotion": "joy", "": ""}]


def test_a_header_may_begin_with_a_hash_and_lines_below_it_are_no_comments() -> None:
    assert rows("#file,emotion\nc1,joy\n") == [{"#file": "c1", "emotion": "joy"}]
    assert rows("file,emotion\n#1,joy\n") == [{"file": "#1", "emotion": "joy"}]
    assert rows("# nothing\n# else\n") == [{"# nothing": "# else"}]
