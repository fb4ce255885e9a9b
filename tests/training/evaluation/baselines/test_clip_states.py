from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from tests.support.models import SMALL
from tests.support.shards import write_tones
from training.data.index import load_index
from training.evaluation.baselines import clip_states
from training.evaluation.baselines.clip_states import ClipStates, kept_states, states_folder
from training.evaluation.baselines.feature_cache import FeatureCache, Features
from training.model.build import build_model
from training.model.modeling_exhubert import ExtendedClassifier


@pytest.fixture
def model(tmp_path: Path) -> ExtendedClassifier:
    build_model(None, config=SMALL).save_pretrained(tmp_path / "base")
    return build_model(str(tmp_path / "base"), extended_layers=[])


def stacked(states: ClipStates) -> np.ndarray:
    """All layers at once, ``(clips, layers, width)``."""
    return np.stack([states.of_layer(number) for number in range(3)], axis=1)


def test_a_base_is_known_by_its_weights(model: ExtendedClassifier, tmp_path: Path) -> None:
    folder = states_folder(tmp_path, model, 30.0)
    again = build_model(str(tmp_path / "base"), extended_layers=[])
    assert states_folder(tmp_path, again, 30.0) == folder  # though its heads are drawn anew
    assert states_folder(tmp_path, model, 10.0) != folder
    list(again.base_model.parameters())[-1].data += 1
    assert states_folder(tmp_path, again, 30.0) != folder


def test_each_clip_is_encoded_once(
    model: ExtendedClassifier, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = load_index(write_tones(tmp_path / "data", {"train": 1, "test": 1}, ("alpha",)))
    rows.loc[3, "audio_xxh3"] = None  # unknown: encoded each time
    encoded: list[int] = []
    pooled = clip_states.pooled_states

    def counting(model: ExtendedClassifier, rows: object, *rest: object) -> object:
        encoded.append(len(rows))  # type: ignore[arg-type]
        return pooled(model, rows, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(clip_states, "pooled_states", counting)
    plain = stacked(kept_states(model, rows, None))
    half = stacked(kept_states(model, rows[::2].reset_index(drop=True), tmp_path / "cache"))
    whole = stacked(kept_states(model, rows, tmp_path / "cache"))
    again = stacked(kept_states(model, rows, tmp_path / "cache"))
    assert encoded == [12, 6, 6, 1]
    np.testing.assert_allclose(whole, plain, atol=1e-5)
    np.testing.assert_array_equal(whole[::2], half)
    np.testing.assert_allclose(again, whole, atol=1e-5)


def test_what_was_encoded_before_an_interruption_is_kept(
    model: ExtendedClassifier, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = load_index(write_tones(tmp_path / "data", {"train": 1, "test": 1}, ("alpha",)))
    pooled = clip_states.pooled_states
    monkeypatch.setattr(clip_states, "BLOCK", 4)
    encoded: list[int] = []

    def stopping(model: ExtendedClassifier, rows: object, *rest: object) -> object:
        encoded.append(len(rows))  # type: ignore[arg-type]
        if len(encoded) == 3:
            raise KeyboardInterrupt
        return pooled(model, rows, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(clip_states, "pooled_states", stopping)
    with pytest.raises(KeyboardInterrupt):
        kept_states(model, rows, tmp_path / "cache")
    states = kept_states(model, rows, tmp_path / "cache")
    assert encoded == [4, 4, 4, 4]
    assert states.held == {}
    assert np.isfinite(stacked(states)).all()


def test_states_that_cannot_be_kept_are_used_all_the_same(
    model: ExtendedClassifier, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = load_index(write_tones(tmp_path / "data", {"train": 1, "test": 1}, ("alpha",)))
    monkeypatch.setattr(clip_states, "BLOCK", 4)
    write = FeatureCache.write
    full: list[bool] = []

    def fill_up(cache: FeatureCache, features: Mapping[str, Features]) -> bool:
        full.append(True)
        return write(cache, features) if len(full) == 1 else False

    monkeypatch.setattr(FeatureCache, "write", fill_up)
    states = kept_states(model, rows, tmp_path / "cache")
    assert sorted(states.held) == list(range(4, 12))
    assert np.isfinite(stacked(states)).all()
