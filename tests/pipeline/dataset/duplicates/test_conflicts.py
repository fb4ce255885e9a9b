import pytest

from pipeline.dataset.duplicates.conflicts import find_conflicts
from pipeline.dataset.duplicates.findings import LabelConflict
from pipeline.shards.receipts import RejectRow, ShardReceipt
from tests.support.pairs import clip, pair

ANGRY, SAD, UNKNOWN = clip("c/1"), clip("d/1", emotion="sadness"), clip("d/2", emotion=None)


@pytest.mark.parametrize(
    ("written", "outcome"),
    [({"c/1", "d/1"}, "kept"), ({"c/1"}, "excluded"), (set(), "rejected")],
)
def test_two_labels_of_one_recording_are_a_conflict(written: set[str], outcome: str) -> None:
    for kind, found in (("equal", "equal audio"), ("near", "near-duplicates")):
        pairs = [pair(ANGRY, SAD, kind), pair(ANGRY, UNKNOWN, kind)]  # type: ignore[arg-type]
        assert find_conflicts(pairs, written, []) == [
            LabelConflict(
                clips={"c/1": "anger", "d/1": "sadness"},
                found=found,  # type: ignore[arg-type]
                outcome=outcome,  # type: ignore[arg-type]
            )
        ]


def test_one_label_or_an_unknown_one_is_none() -> None:
    same = clip("c/2")
    assert find_conflicts([pair(ANGRY, same), pair(same, UNKNOWN)], {"c/1"}, []) == []


def row(name: str, reason: str, detail: str, label: str) -> RejectRow:
    path = f"{name}.wav"
    return RejectRow(name, "c", path, "rejected", "index", reason, detail, label, None)


def test_copies_and_tables_that_disagree_about_the_label_are_listed() -> None:
    told = "label is 'A' by a/1.wav and 'B' by b/1.wav"
    rows = [
        row("a/1", "copies_disagree", told, "A"),
        row("b/1", "copies_disagree", told, "B"),
        row("a/2", "copies_disagree", "speaker is '1' by x and '2' by y", "A"),
        row("a/3", "rows_disagree", "table 't' has 2 rows: emotion is 'A' or 'B'", "A"),
        row("a/4", "silent", "label is", "A"),
    ]
    receipt = ShardReceipt("c/unwritten-00000-of-00001", "", "", 0, 0, "", tuple(rows))
    copies, tables = find_conflicts([], set(), [receipt])
    assert copies.clips == {"a/1.wav": "A", "b/1.wav": "B"}
    assert (copies.found, copies.outcome) == ("copies", "rejected")
    assert list(tables.clips) == ["a/3.wav"]
    assert tables.found == "tables"
