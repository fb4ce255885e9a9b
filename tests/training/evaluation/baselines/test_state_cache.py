from pathlib import Path

import numpy as np
import pytest

from tests.support.shards import write_tones
from tests.training.evaluation.test_baselines import SMALL
from training.data.index import load_index
from training.evaluation.baselines import probe as probing
from training.evaluation.baselines.probe import kept_states
from training.evaluation.baselines.state_cache import read_states, states_folder, write_states
from training.model.build import build_model
from training.model.modeling_exhubert import ExtendedClassifier


@pytest.fixture
def model(tmp_path: Path) -> ExtendedClassifier:
    build_model(None, config=SMALL).save_pretrained(tmp_path / "base")
    return build_model(str(tmp_path / "base"), extended_layers=[])


def test_states_are_read_as_they_were_written(tmp_path: Path) -> None:
    first = {name: np.full(3, number, np.float32) for number, name in enumerate("ab")}
    write_states(tmp_path / "states", first)
    write_states(tmp_path / "states", {"c": np.ones(3, np.float32)})
    write_states(tmp_path / "states", {})
    found = read_states(tmp_path / "states", {"b", "c", "d"})
    assert {name: state.tolist() for name, state in found.items()} == {"b": [1] * 3, "c": [1] * 3}
    assert read_states(tmp_path / "nowhere", {"b"}) == {}


def test_states_that_cannot_be_kept_are_a_warning(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.warns(UserWarning, match="not kept"):
        write_states(tmp_path / "file" / "states", {"a": np.ones(3, np.float32)})


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
    pooled = probing.pooled_states

    def counting(model: ExtendedClassifier, rows: object, *rest: object) -> object:
        encoded.append(len(rows))  # type: ignore[arg-type]
        return pooled(model, rows, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(probing, "pooled_states", counting)
    plain = kept_states(model, rows, None)
    half = kept_states(model, rows[::2].reset_index(drop=True), tmp_path / "cache")
    whole = kept_states(model, rows, tmp_path / "cache")
    again = kept_states(model, rows, tmp_path / "cache")
    assert encoded == [12, 6, 6, 1]
    np.testing.assert_allclose(whole, plain, atol=1e-5)
    np.testing.assert_array_equal(whole[::2], half)
    np.testing.assert_allclose(again, whole, atol=1e-5)
