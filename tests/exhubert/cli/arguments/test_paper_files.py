import argparse
from pathlib import Path

import pytest

from exhubert.cli.arguments.paper_files import add_paper_files, check_paper_files
from pipeline.common.errors import UsageError
from training.evaluation.tables.paper_table import SUFFIXES


def parse(*line: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_paper_files(parser, "the scores")
    return parser.parse_args(line)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_every_form_of_a_table_can_be_named(suffix: str, tmp_path: Path) -> None:
    args = parse("--table", str(tmp_path / f"a{suffix}"), "--table", str(tmp_path / f"b{suffix}"))
    check_paper_files(args)
    assert [path.name for path in args.table] == [f"a{suffix}", f"b{suffix}"]


def test_other_forms_are_refused() -> None:
    with pytest.raises(UsageError, match=r"ends in \.tex, \.csv or \.md"):
        check_paper_files(parse("--table", "scores.docx"))
