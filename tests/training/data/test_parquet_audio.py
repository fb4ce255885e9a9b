"""Audio is that of the utterance that the index names, or an error: never another's."""

from pathlib import Path
from typing import Any

import pytest

from pipeline.common.errors import DataError
from tests.support.shards import record, write_shards
from training.data.dataset import Utterances
from training.data.index import load_index
from training.data.parquet_audio import AudioReader, clip_locations


def rows(numbers: range, **changes: Any) -> list[dict[str, Any]]:
    return [record("alpha", "train", number, number % 6, **changes) for number in numbers]


@pytest.mark.parametrize(
    ("later", "message"),
    [
        (rows(range(1, 24)), "alpha/train_001 stands where alpha/train_000 was"),
        (rows(range(20)), "nothing stands where alpha/train_020 was"),
        (rows(range(24), audio_xxh3="another sum"), "other audio of it stands where alpha/train_0"),
    ],
)
def test_rows_of_a_shard_that_was_rewritten_are_refused(
    tmp_path: Path, later: list[dict[str, Any]], message: str
) -> None:
    write_shards(tmp_path, rows(range(24)))
    utterances = Utterances(load_index(tmp_path))
    write_shards(tmp_path, later)
    with pytest.raises(DataError, match=f"{message}.*: the dataset was written to"):
        list(map(utterances.__getitem__, range(24)))


def test_reader_that_has_opened_a_shard_goes_on_with_it(tmp_path: Path) -> None:
    write_shards(tmp_path, rows(range(24)))
    locations = clip_locations(load_index(tmp_path))
    reader = AudioReader(budget=1)
    before = [reader.read(location) for location in locations]
    for shard in tmp_path.rglob("*.parquet"):
        shard.unlink()
    assert [reader.read(location) for location in locations] == before


def test_datasets_without_checksums_are_read_by_id(tmp_path: Path) -> None:
    write_shards(tmp_path, rows(range(3), audio_xxh3=None))
    locations = clip_locations(load_index(tmp_path))
    assert [location.audio_xxh3 for location in locations] == [None] * 3
    assert AudioReader().read(locations[2])[:4] == b"fLaC"


def test_shard_that_is_damaged_where_the_audio_lies_is_named(tmp_path: Path) -> None:
    write_shards(tmp_path, rows(range(24)))
    locations = clip_locations(load_index(tmp_path))
    Path(locations[0].shard).write_bytes(b"PAR1")
    with pytest.raises(DataError, match=r"train-00000-of-00001\.parquet: can't be read: .*verify"):
        AudioReader().read(locations[0])
