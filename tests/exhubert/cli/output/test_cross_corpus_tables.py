import io
from pathlib import Path

from rich.console import Console

from exhubert.cli.output.cross_corpus_tables import cross_corpus_tables
from tests.support.matrices import gapped
from tests.support.shards import write_tones
from training.evaluation.baselines.run import Baseline
from training.evaluation.cross_corpus import CrossCorpusMatrix, run_cross_corpus
from training.evaluation.cross_corpus_modes import Mode


def printed(folder: Path, mode: Mode) -> list[str]:
    dataset = write_tones(folder / "data", {"train": 2, "validation": 1, "test": 1}, ("one", "two"))
    return shown(
        run_cross_corpus({"majority": Baseline("majority")}, dataset, folder / "matrix", mode)
    )


def shown(matrix: CrossCorpusMatrix) -> list[str]:
    out = io.StringIO()
    console = Console(file=out, width=120)
    for table in cross_corpus_tables(matrix):
        console.print(table)
    return out.getvalue().splitlines()


def line_of(lines: list[str], name: str) -> list[str]:
    (line,) = [line for line in lines if line.strip("│ ").startswith(f"{name} ")]
    return [cell.strip() for cell in line.strip("│").split("│")]


def test_one_table_where_corpora_are_left_out(tmp_path: Path) -> None:
    lines = printed(tmp_path, "leave-one-corpus-out")
    assert "left out of training, all utterances scored" in lines[0]
    assert line_of(lines, "one")[1] == "24"  # utterances
    mean = line_of(lines, "mean")
    assert mean[1] == "48"  # of both corpora
    assert mean[3:5] == ["16.7", "16.7"]  # six classes: a majority is as good as chance


def test_a_table_a_system_where_each_is_tested_on_each(tmp_path: Path) -> None:
    lines = printed(tmp_path, "train-on-a-test-on-b")
    title = " ".join(" ".join(lines[:3]).split())  # as narrow as the table
    assert title.startswith("majority: trained on ↓, tested on →, UAR in per cent")
    assert "mean UAR (95 %) of the diagonal 16.7" in " ".join(" ".join(lines).split())
    assert line_of(lines, "two")[1:] == ["17", "17"]
    assert line_of(lines, "chance")[1:] == ["17", "17"]


def test_a_corpus_that_a_row_skips_leaves_its_cell_empty() -> None:
    lines = shown(gapped())
    assert line_of(lines, "beta")[1:] == ["", "100"]
    assert line_of(lines, "alpha")[1:] == ["100", "100"]
    assert line_of(lines, "chance")[1:] == ["17", "17–50"]
