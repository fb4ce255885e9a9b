"""Audio that is in two splits leaves the one that matters less."""

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from pipeline.shards.deduplication import find_contradicting, find_crossing, find_duplicates

SPLITS = ["train", "validation", "test"]

rows_of = st.lists(
    st.tuples(st.sampled_from("xyz"), st.sampled_from(SPLITS)), min_size=1, max_size=12
).map(
    lambda rows: pd.DataFrame(
        [{"id": f"c/{n:02d}", "audio_xxh3": audio, "split": s} for n, (audio, s) in enumerate(rows)]
    )
)


def rows(*found: tuple[str, str, str]) -> pd.DataFrame:
    return pd.DataFrame(found, columns=["id", "audio_xxh3", "split"])


def test_equal_audio_is_found_in_groups() -> None:
    table = rows(("b", "1", "train"), ("a", "1", "test"), ("c", "2", "test"), ("d", "3", "train"))
    assert find_duplicates(table) == [["a", "b"]]


def test_test_keeps_its_own_then_validation() -> None:
    dropped = find_crossing(
        rows(
            ("a", "1", "train"), ("b", "1", "validation"), ("c", "1", "test"),
            ("d", "2", "validation"), ("e", "2", "train"),
            ("f", "3", "train"), ("g", "3", "train"),
        )
    ).set_index("id")  # fmt: skip
    assert dropped["kept"].to_dict() == {"a": "c", "b": "c", "e": "d"}


@given(rows_of)
def test_afterwards_no_audio_is_in_two_splits_and_none_is_lost(table: pd.DataFrame) -> None:
    dropped = find_crossing(table)
    left = table.drop(index=dropped.index)
    assert (left.groupby("audio_xxh3")["split"].nunique() == 1).all()
    assert set(left["audio_xxh3"]) == set(table["audio_xxh3"])
    audio = left.set_index("id")["audio_xxh3"]
    assert (dropped["audio_xxh3"].to_numpy() == audio[dropped["kept"]].to_numpy()).all()


@given(rows_of)
def test_within_one_split_copies_stay(table: pd.DataFrame) -> None:
    assert find_crossing(table.assign(split="train")).empty


def test_equal_audio_of_two_labels_in_one_corpus_leaves_altogether() -> None:
    table = pd.DataFrame(
        [
            ("c/1", "c", "x", "ang"), ("c/2", "c", "x", "hap"), ("c/3", "c", "x", "ang"),
            ("c/4", "c", "y", "ang"), ("c/5", "c", "y", "ang"), ("d/1", "d", "x", "joy"),
        ],
        columns=["id", "corpus", "audio_xxh3", "emotion"],
    )  # fmt: skip
    disputed = find_contradicting(table)
    assert list(disputed["id"]) == ["c/1", "c/2", "c/3"]
    assert set(disputed["labels"]) == {"'ang' or 'hap'"}
