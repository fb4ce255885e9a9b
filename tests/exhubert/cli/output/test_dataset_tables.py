"""Tables of a dataset: the runs that made it."""

import pytest

from exhubert.cli.output.dataset_tables import print_runs
from pipeline.dataset.run_log import CorpusRun, Run


def run(**fields: object) -> Run:
    known = {"started": "2026-01-02T03:04:05", "command": "exhubert build", "versions": {}}
    return Run.model_validate(
        {**known, "commit": None, "machine": "here", "runner": "local", **fields}
    )


def test_runs_with_their_outcome(capsys: pytest.CaptureFixture[str]) -> None:
    corpus = CorpusRun(found=9, written=8, excluded=1, rejected=0, decoded=5, reused=3)
    runs = [
        run(jobs=1, corpora={"tones": corpus}, ended="2026", seconds=1234.56, status=0),
        run(jobs=2, ended="2026", status=1, error="the disk is full"),
        run(),
    ]
    print_runs(runs)
    shown = capsys.readouterr().out
    for words in ("2026-01-02 03:04:05", "1,234.6", "local, 1 process", "local, 2 processes"):
        assert words in shown
    for words in ("ok", "exit 1", "no end recorded", "        the disk is full"):
        assert words in shown


def test_no_runs_are_no_table(capsys: pytest.CaptureFixture[str]) -> None:
    print_runs([])
    assert capsys.readouterr().out == ""
