"""Progress of work on clips: how many more are done, and of how many."""

from pathlib import Path

import pytest

from tests.support.models import SMALL
from tests.support.shards import write_tones
from training.data.index import load_index
from training.data.progress import no_progress
from training.evaluation.baselines.clip_states import kept_states
from training.inference.batch import predict_index
from training.model.build import build_model


def test_nothing_is_shown_by_default(capsys: pytest.CaptureFixture[str]) -> None:
    no_progress(1, 2)
    assert capsys.readouterr() == ("", "")


def test_every_clip_is_told_once(tmp_path: Path) -> None:
    rows = load_index(write_tones(tmp_path / "data", {"train": 1, "test": 1}, ("alpha",)))
    model = build_model(None, config=SMALL)
    told: list[tuple[int, int]] = []

    def note(more: int, total: int) -> None:
        told.append((more, total))

    predict_index(model, rows, 30.0, batch_size=5, on_progress=note)
    assert sum(more for more, _ in told) == len(rows)
    assert {total for _, total in told} == {len(rows)}

    for part in (rows[::2].reset_index(drop=True), rows):  # of the second, half are kept
        told.clear()
        kept_states(model, part, tmp_path / "kept", on_progress=note)
        assert sum(more for more, _ in told) == len(part)
        assert {total for _, total in told} == {len(part)}
