"""``exhubert predict`` looks for recordings before a model is loaded; what it says of them."""

import io
from pathlib import Path

import pytest
from rich.console import Console

from exhubert.cli.commands.predict import print_predictions
from tests.support.commands import run_without_torch
from training.data.targets import HeadLabels
from training.inference.results import Prediction


def test_recordings_are_looked_for_before_torch_is_loaded(tmp_path: Path) -> None:
    ran = run_without_torch("predict", "--model", "nowhere", str(tmp_path / "gone.wav"))
    assert ran.returncode == 2
    assert "gone.wav: no such file or folder" in ran.stderr


@pytest.mark.parametrize(("width", "shown"), [(60, "a.wav"), (400, "/long/way/to/the/file/a.wav")])
def test_files_go_by_their_names_where_paths_leave_no_room(width: int, shown: str) -> None:
    out = io.StringIO()
    prediction = Prediction(
        path="/long/way/to/the/file/a.wav",
        duration=1.0,
        label="low_neutral",
        probabilities={"low_neutral": 1.0},
        arousal={"low": 1.0, "high": 0.0},
        valence={"negative": 0.0, "neutral": 1.0, "positive": 0.0},
        emotion=None,
        emotions=None,
        ratings=None,
        windows=(),
    )
    print_predictions(Console(file=out, width=width), [prediction], HeadLabels())
    line = next(line for line in out.getvalue().splitlines() if "low_neutral" in line)
    assert line.startswith(f"{shown} ")
