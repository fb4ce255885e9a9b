from pathlib import Path

import pytest

from pipeline.common.errors import UsageError
from tests.support.models import SMALL
from tests.support.shards import write_tones
from training.data.index import load_index
from training.evaluation.baselines import clip_states
from training.evaluation.baselines.probe import probe
from training.model.build import build_model


def test_a_layer_that_is_not_there_is_refused_before_a_clip_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build_model(None, config=SMALL).save_pretrained(tmp_path / "base")
    rows = load_index(write_tones(tmp_path / "data", {"train": 1}, ("alpha",)))
    monkeypatch.delattr(clip_states, "pooled_states")
    with pytest.raises(UsageError, match="has the layers 0 to 2"):
        probe(str(tmp_path / "base"), rows, rows[:0], rows, layer=3)
