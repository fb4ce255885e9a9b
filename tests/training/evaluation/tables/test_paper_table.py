from pathlib import Path

from tests.support.paper_tables import TABLE
from training.evaluation.tables.paper_table import Column, PaperTable
from training.metrics.intervals import FEW_NOTE


def test_columns_in_which_nothing_stands_are_left_out() -> None:
    assert [column.heading for column in TABLE.without_empty_columns().columns][-1] == "minus a"


def test_markdown_is_read() -> None:
    lines = TABLE.without_empty_columns().to_markdown().splitlines()
    assert lines[2:] == [
        "| corpus | n | UAR | 95 % | minus a |",
        "| :-- | --: | --: | --: | --: |",
        "| emo_db | 1,234 | 50.0 | 40–60* | -3.1 |",
        "| a∣b | 2 | 25.0 | -10 to +30 |  |",
        "",
        "- a note",
    ]


def test_csv_holds_numbers() -> None:
    lines = TABLE.without_empty_columns().to_csv().splitlines()
    assert lines == [
        "corpus,n,UAR,95 % low,95 % high,95 % speakers,minus a",
        "emo_db,1234,0.5,0.4,0.6,4,-0.031",
        "a|b,2,0.25,-0.1,0.3,12,",
    ]


def test_latex_is_booktabs_and_escaped() -> None:
    text = TABLE.without_empty_columns().to_latex()
    assert r"\toprule" in text
    assert r"\caption{UAR of R\&D\_1}" in text
    assert r"emo\_db & 1,234 & 50.0 & 40--60* & $-$3.1 \\" in text
    assert text.startswith("% a note\n")
    assert "multicolumn" not in text


def test_latex_takes_no_first_cell_as_an_option_of_the_line_above() -> None:
    columns = [Column("[corpus]"), Column("n")]
    text = PaperTable("t", columns, [["*", "[1]"], ["[a]", "2"]]).to_latex()
    for line in (r"{}[corpus] & n \\", r"{}* & [1] \\", r"{}[a] & 2 \\"):
        assert f"\n{line}\n" in text


def test_latex_groups_rows_that_begin_alike_and_prints_wide_tables_small() -> None:
    columns = [Column("corpus"), *(Column(str(number)) for number in range(8))]
    rows = [[corpus, *map(str, range(8))] for corpus in ("x", "x", "y")]
    lines = PaperTable("t", columns, rows).to_latex().splitlines()
    middle = lines[lines.index(r"\midrule") + 1 : lines.index(r"\bottomrule")]
    assert [line[:2].strip() for line in middle] == ["x", "&", r"\a", "y"]
    assert lines[0] == r"\begin{table*}[t]"
    assert lines[-1] == r"\end{table*}"
    assert r"\footnotesize" in lines
    assert r"\addlinespace" not in TABLE.to_latex()


def test_latex_prints_what_a_mark_means() -> None:
    text = TABLE.with_mark_explained().to_latex()
    line = rf"\multicolumn{{6}}{{l}}{{\footnotesize {FEW_NOTE}}} \\"
    assert text.index(r"\bottomrule") < text.index(line) < text.index(r"\end{tabular}")


def test_three_files_are_written(tmp_path: Path) -> None:
    paths = TABLE.write(tmp_path, "uar")
    assert [path.name for path in paths] == ["uar.md", "uar.csv", "uar.tex"]
    assert paths[1].read_text(encoding="utf-8") == TABLE.to_csv()
