import numpy as np
import pandas as pd
import pytest

from pipeline.splits.protocols.folds import (
    TEST,
    TRAIN,
    UNUSED,
    VALIDATION,
    Fold,
    NoFoldsError,
    k_folds,
    leave_one_out,
    speaker_independent,
    stated_folds,
)
from pipeline.splits.protocols.protocol_spec import FoldSpec, ProtocolSpec


def column(*values: str | None) -> "pd.Series[str]":
    return pd.Series(values, dtype=object)


def test_each_value_is_once_the_test_part() -> None:
    folds = list(leave_one_out(column("s2", "s10", "s2", None), "speaker"))
    assert [(fold.name, fold.held_out) for fold in folds] == [("1", ("s2",)), ("2", ("s10",))]
    assert folds[0].parts.tolist() == [TEST, TRAIN, TEST, UNUSED]
    assert folds[1].parts.tolist() == [TRAIN, TEST, TRAIN, UNUSED]


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ([None, None], "0 speakers known"),
        (["a", "a"], "1 speaker known"),
        ([str(n) for n in range(501)], "501 speakers would be as many folds"),
    ],
)
def test_leaving_one_out_needs_some_and_not_too_many(values: list[str], why: str) -> None:
    with pytest.raises(NoFoldsError, match=why):
        list(leave_one_out(column(*values), "speaker"))


def test_k_folds_hold_whole_speakers() -> None:
    speakers = column(*[f"c:s{n % 6}" for n in range(60)])
    folds = list(k_folds(speakers, column(*["ab"[n % 2] for n in range(60)]), 3, 0))
    assert [int((fold.parts == TEST).sum()) for fold in folds] == [20, 20, 20]
    tested = [set(speakers[fold.parts == TEST]) for fold in folds]
    assert set.union(*tested) == set(speakers)
    assert sum(map(len, tested)) == 6
    assert all(not name.startswith("c:") for fold in folds for name in fold.held_out)


def test_too_few_speakers_for_k_folds() -> None:
    with pytest.raises(NoFoldsError, match="2 speakers known for 5 folds"):
        list(k_folds(column("c:a", "c:b"), column("x", "x"), 5, 0))


def test_parts_are_named_by_values() -> None:
    spec = ProtocolSpec(
        of="part",
        folds={
            "1": FoldSpec(train=["Train"], validation=["Dev.*"], test=["Test1"]),
            "2": FoldSpec(test=["Test\\d"]),
        },
    )
    values = column("Train", "Dev", "Test1", "Test2", None)
    ids = column(*(f"c/{n}" for n in range(5)))
    first, second = stated_folds(spec, ids, column(*[None] * 5), values)
    assert first.parts.tolist() == [TRAIN, VALIDATION, TEST, UNUSED, UNUSED]
    assert second.parts.tolist() == [TRAIN, TRAIN, TEST, TEST, UNUSED]
    assert second.held_out == ("Test1", "Test2")


def test_parts_are_named_by_clips() -> None:
    spec = ProtocolSpec(
        leave_out=["lost/**"],
        folds={"1": FoldSpec(clips="{a,b,gone}", published={"train": 1, "test": 3})},
    )
    ids = column("c/a", "c/b", "c/other", "c/lost/d")
    (fold,) = stated_folds(spec, ids, column(*[None] * 4), column(*[None] * 4))
    assert fold.parts.tolist() == [TEST, TEST, TRAIN, UNUSED]
    assert (fold.missing, fold.published) == (1, {"train": 1, "test": 3})


def test_folds_that_share_speakers_are_drawn_anew() -> None:
    speakers = column(*[f"c:s{n}" for n in range(10) for _ in range(8)])
    classes = column(*["abcd"[n % 4] for n in range(80)])
    number = np.arange(80) % 5
    published = [
        Fold(str(k + 1), np.where(number == k, TEST, TRAIN).astype(np.int8)) for k in range(5)
    ]
    folds = speaker_independent(published, speakers, classes)
    assert [fold.name for fold in folds] == ["1", "2", "3", "4", "5"]
    assert [int((fold.parts == TEST).sum()) for fold in folds] == [16] * 5
    for fold in folds:
        assert not set(speakers[fold.parts == TEST]) & set(speakers[fold.parts == TRAIN])


def test_folds_that_share_none_stay_as_they_are() -> None:
    speakers = column("c:a", "c:a", "c:b")
    published = [Fold("1", np.array([TEST, TEST, TRAIN], dtype=np.int8), ("a",))]
    assert speaker_independent(published, speakers, column("x", "y", "x")) == published


def test_one_speaker_can_not_stand_on_both_sides() -> None:
    published = [Fold("1", np.array([TEST, TRAIN], dtype=np.int8))]
    with pytest.raises(NoFoldsError, match="1 speaker known, too few for 1 fold"):
        speaker_independent(published, column("c:a", "c:a"), column("x", "y"))
