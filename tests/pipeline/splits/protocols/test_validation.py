import pandas as pd

from pipeline.splits.protocols.validation import draw_validation


def rows(speakers: list[str | None]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "id": [f"c/{n}" for n in range(len(speakers))],
            "corpus": "c",
            "speaker": pd.Series(speakers, dtype=object),
            "label": [n % 3 for n in range(len(speakers))],
        }
    )


def test_whole_speakers_are_drawn() -> None:
    train = rows([f"c:s{n % 20}" for n in range(200)])
    drawn = set(draw_validation(train))
    speakers = train.set_index("id")["speaker"]
    assert len(drawn) == 30
    assert not set(speakers[list(drawn)]) & set(speakers.drop(list(drawn)))
    assert drawn == set(draw_validation(train)) != set(draw_validation(train, seed=1))


def test_clips_of_unknown_speakers_stay_in_training() -> None:
    train = rows(["c:a", "c:b", None] * 10)
    drawn = set(draw_validation(train))
    assert len(drawn) == 10
    assert drawn <= set(train["id"][train["speaker"].notna()])


def test_one_speaker_is_divided_by_clips() -> None:
    drawn = draw_validation(rows(["c:a"] * 400))
    assert 30 < len(drawn) < 90
    assert drawn == draw_validation(rows(["c:a"] * 400))
    assert draw_validation(rows([])) == []
