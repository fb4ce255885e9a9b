import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from exhubert.cli.main import main
from exhubert.cli.output import corpus_tables as tables
from exhubert.cli.output.fitted_table import Heading, numbers, print_table, words
from pipeline.schema.record import SPLITS

CELLS = st.text(st.characters(codec="ascii", categories=["L", "N"]), max_size=30)


def printed(width: int, *args: object, **how: bool) -> list[str]:
    console = Console(file=io.StringIO(), width=width, markup=False, highlight=False)
    print_table(console, *args, **how)  # type: ignore[arg-type]
    return [line.rstrip() for line in console.file.getvalue().splitlines()]  # type: ignore[attr-defined]


@given(
    st.integers(70, 130),
    st.lists(st.lists(st.integers(0, 10**9), min_size=9, max_size=9), min_size=1, max_size=4),
    st.lists(CELLS, min_size=4, max_size=4),
)
def test_names_and_numbers_are_whole_and_no_line_is_too_long(
    width: int, counts: list[list[int]], notes: list[str]
) -> None:
    groups = [
        words("corpus"),
        numbers("found", "usable"),
        [*words("note"), *numbers(*map(str, range(7)))],
    ]
    rows = [
        [f"corpus_{number}", *map(str, row[:2]), word, *map(str, row[2:])]
        for number, (row, word) in enumerate(zip(counts, notes, strict=False))
    ]
    lines = printed(width, groups, rows)
    assert max(map(len, lines)) <= width
    for row in rows:
        said = " ".join(line for line in lines if line.startswith(row[0])).split()
        assert {*row[1:3], *row[4:]} <= set(said)


def test_columns_that_fit_stand_in_one_table() -> None:
    groups = [words("corpus"), numbers("found"), numbers("train", "test")]
    rows = [["nemo", "12", "10", "2"]]
    assert printed(80, groups, rows) == ["corpus  found  train  test", "nemo       12     10     2"]
    assert printed(20, groups, rows) == [
        "corpus  found",
        "nemo       12",
        "corpus  train  test",
        "nemo       10     2",
    ]


def test_columns_may_be_left_out_and_text_cut() -> None:
    console = Console(file=io.StringIO(), width=30)
    groups = [words("corpus"), [Heading("name", cut=True)], numbers("speakers")]
    left_out = print_table(console, groups, [["nemo", "n" * 40, "9"]], all_columns=False)
    assert left_out == ["speakers"]
    assert re.search(r"nemo +n+…\n", console.file.getvalue())  # type: ignore[attr-defined]


@pytest.mark.parametrize("width", [80, 120])
def test_every_id_is_listed_whole(
    width: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(tables, "OUT", Console(width=width, markup=False, highlight=False))
    assert main(["corpora", "list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= width
    listed = {line.split()[0] for line in lines[1:] if line[0] != " "}
    assert {"emotiw_2014", "turkish_emo", "enterface05"} <= listed
    assert "never released" in "\n".join(lines)


def test_split_names_are_whole_at_80_columns() -> None:
    accounts = numbers("found", "written", "excluded", "rejected", "h", "speakers")
    groups = [words("corpus"), accounts, numbers(*SPLITS)]
    rows = [["my_own_corpus", *["123,456"] * 9]]
    told = " ".join(printed(80, groups, rows)).split()
    assert {*SPLITS, "excluded", "rejected", "speakers", "my_own_corpus"} <= set(told)
