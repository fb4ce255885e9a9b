import argparse
from pathlib import Path

import pytest

from exhubert.cli.arguments.paper_files import add_paper_files, check_paper_files
from pipeline.common.errors import UsageError
from training.evaluation.figures.style import SUFFIXES as FIGURES
from training.evaluation.tables.paper_table import SUFFIXES as TABLES


def parse(*line: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_paper_files(parser, "the scores", "them")
    return parser.parse_args(line)


@pytest.mark.parametrize(
    ("option", "suffix"),
    [*(("table", suffix) for suffix in TABLES), *(("figure", suffix) for suffix in FIGURES)],
)
def test_every_form_can_be_named_and_several_at_once(
    option: str, suffix: str, tmp_path: Path
) -> None:
    files = [tmp_path / f"{name}{suffix}" for name in "ab"]
    args = parse(*(word for file in files for word in (f"--{option}", str(file))))
    check_paper_files(args)
    assert getattr(args, option) == files


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (["--table", "scores.docx"], r"ends in \.tex, \.csv or \.md"),
        (["--figure", "scores.tex"], r"ends in \.pdf, \.svg or \.png"),
    ],
)
def test_other_forms_are_refused(line: list[str], told: str) -> None:
    with pytest.raises(UsageError, match=told):
        check_paper_files(parse(*line))


def test_figures_without_what_draws_them_are_refused_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("exhubert.cli.arguments.paper_files.find_spec", lambda name: None)
    check_paper_files(parse("--table", "scores.tex"))
    with pytest.raises(UsageError, match=r"--figure needs matplotlib.*figures"):
        check_paper_files(parse("--figure", "scores.pdf"))
