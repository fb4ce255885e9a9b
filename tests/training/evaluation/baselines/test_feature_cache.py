from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.common.errors import DataError
from training.evaluation.baselines.feature_cache import FeatureCache, Features


def features(*numbers: float) -> Features:
    return np.array(numbers, np.float32)


def as_lists(cache: FeatureCache, wanted: set[str], layer: int = 0) -> dict[str, list[float]]:
    return {checksum: values.tolist() for checksum, values in cache.read(wanted, layer)}


def test_features_are_read_as_they_were_written(tmp_path: Path) -> None:
    cache = FeatureCache(tmp_path / "kind")
    assert as_lists(cache, {"b"}) == {}
    assert cache.write({"a": features(0, 0), "b": features(1, 2)})
    assert cache.write({"c": features(3, 4)})
    assert not cache.write({})
    assert cache.checksums() == {"a", "b", "c"}
    assert as_lists(cache, {"b", "c", "d"}) == {"b": [1, 2], "c": [3, 4]}


def test_each_layer_is_read_alone(tmp_path: Path) -> None:
    cache = FeatureCache(tmp_path / "kind", layers=2)
    cache.write({"a": features(1, 2, 3, 4).reshape(2, 2)})
    assert as_lists(cache, {"a"}, 0) == {"a": [1, 2]}
    assert as_lists(cache, {"a"}, 1) == {"a": [3, 4]}


def test_what_two_processes_add_at_a_time_stays(tmp_path: Path) -> None:
    one, other = FeatureCache(tmp_path / "kind"), FeatureCache(tmp_path / "kind")
    assert one.checksums() == other.checksums() == set()
    one.write({"a": features(1)})
    other.write({"b": features(2)})
    assert FeatureCache(tmp_path / "kind").checksums() == {"a", "b"}


def test_features_that_cannot_be_kept_are_one_warning(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    cache = FeatureCache(tmp_path / "file" / "kind")
    with pytest.warns(UserWarning, match="not kept") as warned:
        assert [cache.write({name: features(1)}) for name in "ab"] == [False, False]
    assert len(warned) == 1


def test_nothing_is_kept_nowhere() -> None:
    cache = FeatureCache(None)
    assert not cache.write({"a": features(1)})
    assert cache.checksums() == set()


def old_file(path: Path, column: str, *numbers: float) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    lists = pa.FixedSizeListArray.from_arrays(features(*numbers), len(numbers))
    pq.write_table(pa.table({"audio_xxh3": ["a"], column: lists}), path)


def test_what_earlier_releases_kept_is_read(tmp_path: Path) -> None:
    old_file(tmp_path / "states" / "part.parquet", "states", 1, 2, 3, 4)
    assert as_lists(FeatureCache(tmp_path / "states", layers=2), {"a"}, 1) == {"a": [3, 4]}
    old_file(tmp_path / "egemaps-2.6.0.parquet", "features", 5, 6)  # all in one file
    cache = FeatureCache(tmp_path / "egemaps-2.6.0")
    cache.write({"b": features(7, 8)})
    assert as_lists(cache, {"a", "b"}) == {"a": [5, 6], "b": [7, 8]}


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "part.parquet").write_bytes(b"PAR1")
    with pytest.raises(DataError, match=r"part\.parquet: no features of clips"):
        FeatureCache(tmp_path).checksums()
