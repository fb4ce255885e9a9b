import argparse
import os
from pathlib import Path

import pytest

from exhubert.cli.arguments.paths import (
    add_paper_files,
    check_file,
    check_folder,
    check_paper_files,
    local_path,
)
from pipeline.common.errors import UsageError
from training.evaluation.figures.style import SUFFIXES as FIGURES
from training.evaluation.tables.paper_table import SUFFIXES as TABLES


def test_a_path_stays_as_it_is() -> None:
    assert local_path("a b/ä.wav") == Path("a b/ä.wav")


@pytest.mark.parametrize("url", ["s3://bucket/model", "https://host/clip.wav"])
def test_a_url_is_named_as_it_was_given(url: str) -> None:
    with pytest.raises(UsageError, match=f"^{url}: is a URL"):
        local_path(url)


def test_a_file_to_be_needs_neither_itself_nor_its_folder(tmp_path: Path) -> None:
    check_file("--output", tmp_path / "new" / "deep" / "scores.json", [".json"])
    assert not list(tmp_path.iterdir())


def test_another_suffix_is_refused_with_those_that_are_taken(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"--export .*a\.xls: expected a name that ends in \.csv"):
        check_file("--export", tmp_path / "a.xls", [".csv"])
    with pytest.raises(UsageError, match=r"ends in \.a, \.b or \.c"):
        check_file("--export", tmp_path / "a", [".a", ".b", ".c"])


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"is a folder; expected a file, as in .*name\.json"):
        check_file("--output", tmp_path, [".json"])


def test_a_file_on_the_way_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match=r"file is a file; expected a folder"):
        check_folder("--output", tmp_path / "file" / "model")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_rights_is_named(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(UsageError, match=f"no right to write to {tmp_path}"):
        check_folder("--output", tmp_path / "model")


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
    monkeypatch.setattr("exhubert.cli.arguments.paths.find_spec", lambda name: None)
    check_paper_files(parse("--table", "scores.tex"))
    with pytest.raises(UsageError, match=r"--figure needs matplotlib.*figures"):
        check_paper_files(parse("--figure", "scores.pdf"))
