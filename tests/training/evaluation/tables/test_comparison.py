from pathlib import Path

from tests.support.made_up import evaluation
from training.evaluation.compare import compare
from training.evaluation.tables.comparison import comparison_table


def test_the_first_is_set_against_each_other(tmp_path: Path) -> None:
    better = evaluation("x", "ppqq", "abab", "abab")
    worse = evaluation("x", "ppqq", "abab", "aaaa")
    pair = compare(better, worse, ("better", "worse"))
    table = comparison_table({"better": better, "worse": worse}, [pair])
    headings = [column.heading for column in table.columns]
    assert "± sd" not in headings  # one model each
    first, second = (dict(zip(headings, row, strict=True)) for row in table.shown)
    assert (first["UAR"], first["better minus it"]) == ("100.0", "")
    assert (second["UAR"], second["better minus it"]) == ("50.0", "+50.0")
    assert "fewer than 10 speakers" in table.notes[-1]
