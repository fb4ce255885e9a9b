"""Rows come back as they were put in, under their keys and in their order."""

from hypothesis import given
from hypothesis import strategies as st

from pipeline.index.stored_rows import Key, StoredRows
from pipeline.schema.fields import Fields

FIELDS = ["emotion", "rater", "valence"]
cells = st.none() | st.sampled_from(["ang", "W1", "7"])


@given(
    st.integers(0, 3),
    st.lists(st.tuples(st.sampled_from("abc"), st.tuples(cells, cells, cells))),
)
def test_what_is_added_is_found(
    width: int, added: list[tuple[str, tuple[str | None, ...]]]
) -> None:
    fields = FIELDS[:width]
    stored = StoredRows(fields)
    expected: dict[Key, list[Fields]] = {}
    for name, values in added:
        row = dict(zip(fields, values, strict=False))
        stored.add((name, None), row)
        expected.setdefault((name, None), []).append(row)
    assert dict(stored) == expected
    assert list(stored) == list(expected)
    assert (("d",) in stored, len(stored)) == (False, len(expected))
