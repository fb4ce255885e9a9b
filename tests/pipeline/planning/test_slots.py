from pipeline.planning.slots import LEAST_MS, MOST_GROUPS, Load, count_slots, merge_slots, slot_of
from pipeline.schema.utterance import Utterance, excluded
from tests.support.segments import segment


def test_what_is_dropped_or_found_by_other_fields_is_no_part_of_a_recording() -> None:
    one = segment("a", 1.0)
    assert slot_of(one) == ("calls/a", 0)
    assert slot_of(one._replace(start=None, end=None)) is None
    assert slot_of(one._replace(dedup_key="calls/take1")) is None
    assert count_slots([one._replace(dropped=excluded("labels", "other"))]) == {}


def test_loads_are_counted_by_slot_and_group() -> None:
    found = [segment("a", 1.0, 3.0, group="x"), segment("a", 2.0, 5.0), segment("a", 130.0, 0.1)]
    assert count_slots(found) == {
        ("calls/a", 0): {"x": Load(1, 3_000), None: Load(1, 5_000)},
        ("calls/a", 1): {None: Load(1, LEAST_MS)},
    }


def test_many_groups_are_counted_as_one() -> None:
    found = [segment("a", n / 10, 4.0, group=f"g{n}") for n in range(MOST_GROUPS + 1)]
    assert count_slots(found) == {("calls/a", 0): {None: Load(101, 404_000)}}


def test_a_recording_of_one_segment_is_no_recording() -> None:
    parts = [count_slots([segment("a", 1.0)]), count_slots([segment("b", 1.0), segment("a", 2.0)])]
    assert list(merge_slots(parts)) == [("calls/a", 0)]


def test_rows_count_by_their_bytes() -> None:
    row = Utterance("a/1", "a", "a/1", "1.wav", 1_000_000, "", block="t.parquet#0.3")
    assert count_slots([row]) == {("t.parquet#0", 3): {None: Load(1, 10_000)}}
    assert count_slots([row._replace(source_path="1.mp3")]) == {
        ("t.parquet#0", 3): {None: Load(1, 125_000)}
    }
