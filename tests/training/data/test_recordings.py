import json
from pathlib import Path

import pytest

from pipeline.common.errors import DataError
from tests.support.pairs import note_pairs
from tests.support.shards import record, write_shards
from training.data.index import load_index
from training.data.recordings import PAIRS, is_searched, near_recordings
from training.data.row_choice import RowChoice


def test_forms_of_one_recording_are_one_through_others_too(tmp_path: Path) -> None:
    note_pairs(tmp_path, [("b", "c"), ("x", "y"), ("a", "b")])
    assert near_recordings(tmp_path) == {"a": "a", "b": "a", "c": "a", "x": "x", "y": "x"}


def test_equal_sounds_have_one_checksum_and_are_no_pair_of_forms(tmp_path: Path) -> None:
    note_pairs(tmp_path, [("a", "a")], "equal")
    assert near_recordings(tmp_path) == {}


def test_nothing_is_known_where_nobody_looked(tmp_path: Path) -> None:
    assert near_recordings(tmp_path) == {}


def test_a_damaged_table_is_refused(tmp_path: Path) -> None:
    (tmp_path / PAIRS).write_bytes(b"PAR1")
    with pytest.raises(DataError, match="not a table of pairs"):
        near_recordings(tmp_path)


def test_audio_is_left_out_in_every_form(tmp_path: Path) -> None:
    rows = [
        record(corpus, split, number, number, audio_xxh3=audio)
        for corpus, split, audios in [("alpha", "test", "ab"), ("beta", "train", ["b", "c", "d"])]
        for number, audio in enumerate(audios)
    ]
    write_shards(tmp_path, [*rows, record("beta", "train", 5, 5, audio_xxh3=None)])
    note_pairs(tmp_path, [("a", "c")])
    left = load_index(tmp_path, "train", RowChoice(exclude_audio_of=["alpha/test"]))
    assert left["id"].tolist() == ["beta/train_002", "beta/train_005"]


def test_corpora_count_as_searched_as_long_as_they_are_what_was_searched(tmp_path: Path) -> None:
    manifest = {"near_duplicates": {"unsearched": ["gamma"], "groups": [], "excluded": 0}}
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    assert not is_searched(tmp_path, ["alpha"])  # the pairs stayed elsewhere
    note_pairs(tmp_path, [])
    assert is_searched(tmp_path, ["alpha"])
    assert not is_searched(tmp_path, ["alpha", "gamma"])
    (tmp_path / "manifest.json").write_text("{}")
    assert not is_searched(tmp_path, ["alpha"])
