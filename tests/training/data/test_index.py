"""The index: which rows of a dataset are read."""

from pathlib import Path

import pytest

from pipeline.common.errors import UsageError
from tests.support.shards import record, write_shards
from training.data.index import METADATA, check_speakers, load_index
from training.data.row_choice import RowChoice


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    rows = [
        record("alpha", "test", 0, 1, age=20.0, gender="female"),
        record("alpha", "test", 1, 3, age=60.0, gender="female"),
        record("alpha", "test", 2, None, age=20.0),
        record("beta", "train", 3, 1, age=25.0, flags=["clipped"]),
    ]
    write_shards(tmp_path, rows)
    return tmp_path


@pytest.mark.parametrize(
    ("condition", "ids"),
    [
        ("age < 30", ["alpha/test_000", "beta/train_003"]),
        ("class_name = 'high_negative'", ["alpha/test_001"]),
        ("split = 'test' and gender = 'female'", ["alpha/test_000", "alpha/test_001"]),
        ("list_contains(flags, 'clipped')", ["beta/train_003"]),
        ("age > 99", []),
    ],
)
def test_a_condition_may_name_every_column_of_the_record(
    dataset: Path, condition: str, ids: list[str]
) -> None:
    rows = load_index(dataset, rows=RowChoice(where=condition))
    assert rows["id"].tolist() == ids
    assert set(rows.columns) == set(load_index(dataset).columns) > set(METADATA)


def test_a_condition_of_unknown_columns_is_refused(dataset: Path) -> None:
    with pytest.raises(UsageError, match=r"no column 'agee'.*did you mean 'age'"):
        load_index(dataset, rows=RowChoice(where="agee < 30"))


@pytest.mark.parametrize("condition", ["text is null", "text like '%a%'", "age < 30"])
def test_a_condition_holds_for_a_split_without_shards(dataset: Path, condition: str) -> None:
    rows = load_index(dataset, "validation", RowChoice(where=condition))
    assert rows.empty
    assert set(rows.columns) == set(load_index(dataset).columns)


def test_speakers_are_those_of_all_corpora_and_splits(dataset: Path) -> None:
    check_speakers(dataset, ())
    check_speakers(dataset, ("alpha:test2", "beta:train0"))
    with pytest.raises(UsageError, match=r"no speaker 'alpha:tset2'; did you mean 'alpha:test2'"):
        check_speakers(dataset, ("beta:train0", "alpha:tset2"))
    with pytest.raises(UsageError, match="no speaker 'x': there are 4 speakers, such as alpha:"):
        check_speakers(dataset, ("x",))
