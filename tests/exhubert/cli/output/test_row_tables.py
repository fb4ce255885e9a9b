"""Rows and differences as tables: nothing unknown is shown as a word."""

import pandas as pd
import pytest

from exhubert.cli.output.row_tables import print_comparison, print_rows
from pipeline.dataset.comparison import CorpusDifferences, DatasetComparison


def test_what_is_unknown_stays_empty(capsys: pytest.CaptureFixture[str]) -> None:
    known = {"id": "tones/a", "split": "train", "emotion": "anger", "class_name": "high_negative"}
    unknown = {"label_native": None, "speaker": None, "gender": None, "text": float("nan")}
    print_rows(pd.DataFrame([{**known, **unknown, "duration": 1.25, "flags": ["quiet"]}]))
    _, row = capsys.readouterr().out.splitlines()
    assert row.split() == ["tones/a", "train", "anger", "high_negative", "1.25", "quiet"]


def test_differences_are_named_with_their_numbers(capsys: pytest.CaptureFixture[str]) -> None:
    tones = CorpusDifferences(only_a=1, only_b=0, both=1_200, changed={"emotion": 1_100})
    examples = {"emotion": [("tones/a", "anger", "fear")]}
    print_comparison(DatasetComparison({"tones": tones}, {"tones": ["emotions"]}, examples))
    out = capsys.readouterr().out
    assert "emotion 1,100" in out
    assert "spec of tones: emotions" in out
    assert "emotion of tones/a: anger → fear" in out
