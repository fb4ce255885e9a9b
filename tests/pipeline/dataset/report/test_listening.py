"""Which clips can be heard: of every cell some, of two speakers, within what a page holds."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.dataset.report.listening import choose_by_emotion, choose_extremes

CELL = st.tuples(
    st.sampled_from("ab"),
    st.sampled_from(["anger", "fear", None]),
    st.sampled_from(["s1", "s2", None]),
)


def frame(cells: list[tuple[str, str | None, str | None]]) -> pd.DataFrame:
    rows = pd.DataFrame(cells, columns=["corpus", "emotion", "speaker"])
    return rows.assign(id=[f"clip{number}" for number in range(len(rows))])


@given(st.lists(CELL, max_size=40))
def test_every_corpus_and_emotion_is_heard_by_two_speakers_where_there_are_two(cells: list) -> None:
    rows = frame(cells)
    chosen = rows[rows["id"].isin(choose_by_emotion(rows))]
    known = rows.dropna(subset=["emotion"])
    assert set(zip(chosen["corpus"], chosen["emotion"], strict=True)) == set(
        zip(known["corpus"], known["emotion"], strict=True)
    )
    for cell, part in known.groupby(["corpus", "emotion"]):
        heard = chosen[(chosen["corpus"] == cell[0]) & (chosen["emotion"] == cell[1])]
        assert len(heard) == min(2, len(part))
        people = part["speaker"].fillna("").nunique()
        assert heard["speaker"].fillna("").nunique() == min(2, people)


def test_a_page_holds_no_more_than_it_should(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.dataset.report.listening._MOST", 3)
    rows = frame([("a", f"e{number}", "s1") for number in range(9)])
    assert len(choose_by_emotion(rows)) == 3


def test_extremes() -> None:
    rows = pd.DataFrame(
        {
            "id": list("abcdef"),
            "duration": [1.0, 2.0, 3.0, 4.0, 5.0, 6.0],
            "gain_db": [0.0, -1.0, 9.0, 3.0, 2.0, 1.0],
            "flags": [None, [], ["clipped"], ["quiet"], ["clipped", "quiet"], []],
        }
    )
    found = choose_extremes(rows)
    assert found["shortest"] == ["a", "b", "c", "d"]
    assert found["longest"] == ["f", "e", "d", "c"]
    assert found["loudest before normalisation"][0] == "b"
    assert found["quietest before normalisation"][0] == "c"
    assert found["clipped at the source"] == ["c", "e"]
