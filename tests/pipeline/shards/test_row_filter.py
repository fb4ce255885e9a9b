"""Conditions in SQL: they find rows, and reach nothing else."""

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.common.errors import UsageError
from pipeline.shards.row_filter import check_condition, frame_where, rows_where

ROWS = pa.table(
    {
        "corpus": ["emo_db", "emo_db", "tess", None],
        "duration": [1.0, 4.0, 5.0, None],
        "label": [3, 5, None, 0],
        "flags": [["clipped"], [], None, ["clipped", "quiet"]],
    }
)


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ("corpus = 'emo_db' and duration > 3", [1]),
        ("corpus in ('emo_db', 'tess')", [0, 1, 2]),
        ("class_name = 'high_negative'", [0]),
        ("class_name like 'high%'", [0, 1]),
        ("list_contains(flags, 'clipped')", [0, 3]),
        ("duration > 3", [1, 2]),  # where it is unknown, it is not more than 3
        ("duration is null", [3]),
        ("true", [0, 1, 2, 3]),
        ("false", []),
    ],
)
def test_a_condition_finds_the_rows_that_it_holds_for(condition: str, found: list[int]) -> None:
    assert rows_where(ROWS, condition).tolist() == found


@pytest.mark.parametrize(
    ("condition", "told"),
    [
        ("corpsu = 'tess'", "no column 'corpsu'; there are corpus, duration, .*mean 'corpus'"),
        ('corpus = "tess"', "no column 'tess'.*single quotes"),
        ("duration >", "expected a condition such as"),
        ("", "expected a condition such as"),
        ("true; drop table x", "expected a condition such as"),
        ("count(*) > 1", "aggregates"),
        ("duration > 'long'", "long"),
    ],
)
def test_what_is_no_condition_is_refused_with_what_would_be_one(condition: str, told: str) -> None:
    with pytest.raises(UsageError, match=told):
        rows_where(ROWS, condition)


@pytest.mark.parametrize(
    "condition",
    [
        "corpus in (select content from read_text('/etc/hostname'))",
        "corpus in (select * from 'https://example.org/rows.parquet')",
        "getenv('HOME') is not null",
    ],
)
def test_a_condition_sees_no_file_no_network_and_no_environment(condition: str) -> None:
    with pytest.raises(UsageError):
        rows_where(ROWS, condition)


@given(st.lists(st.one_of(st.none(), st.floats(-1e6, 1e6, width=32))), st.floats(-1e6, 1e6))
def test_it_agrees_with_pandas(values: list[float | None], limit: float) -> None:
    rows = pd.DataFrame(
        {"duration": pd.Series(values, dtype="float64")}, index=range(7, 7 + len(values))
    )
    found = frame_where(rows, f"duration > {limit!r}::DOUBLE")
    assert found.equals(rows[rows["duration"] > limit])


@pytest.mark.parametrize("condition", ["", "duration >", "no_such = 1", "read_text('/etc/passwd')"])
def test_what_is_no_condition_is_refused_before_rows_are_read(condition: str) -> None:
    with pytest.raises(UsageError, match="--where"):
        check_condition(condition)


def test_a_condition_is_checked_against_the_record() -> None:
    check_condition("emotion = 'anger' and duration > 3 and class_name is not null")
