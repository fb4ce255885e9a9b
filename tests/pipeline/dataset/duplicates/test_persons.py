"""Speakers who share most of their clips are told."""

from pipeline.dataset.duplicates.belonging import belonging_together
from pipeline.dataset.duplicates.pair_table import Pair, PairedClip, PairTable
from pipeline.dataset.duplicates.persons import find_same_persons
from tests.support.pairs import clip, pair, rows_of


def shared(clips: int, speakers: tuple[str, str] = ("c:a", "d:x")) -> list[Pair]:
    return [
        pair(clip(f"c/{n}", speakers[0]), clip(f"d/{n}", speakers[1], split="test"))
        for n in range(clips)
    ]


def both(pairs: list[Pair]) -> list[PairedClip]:
    return [one for pair in pairs for one in (pair.one, pair.other)]


def test_half_of_the_clips_of_one_are_enough() -> None:
    pairs = shared(3)
    others = [clip(f"c/more{n}", "c:a") for n in range(9)]
    (found,) = find_same_persons(pairs, rows_of(*both(pairs), *others))
    assert found.speakers == ("c:a", "d:x")
    assert (found.shared, found.clips) == (3, (12, 3))
    assert found.splits == ["train", "test"]


def test_fewer_than_half_or_fewer_than_three_are_not() -> None:
    pairs = shared(3)
    others = [clip(f"{one}/more{n}", f"{one}:{who}") for one, who in ("ca", "dx") for n in range(9)]
    assert not find_same_persons(pairs, rows_of(*both(pairs), *others))
    assert not find_same_persons(shared(2), rows_of(*both(shared(2))))


def test_clips_that_left_count_too() -> None:
    pairs = shared(4)
    (found,) = find_same_persons(pairs, rows_of(*(pair.other for pair in pairs)))
    assert found.clips == (4, 4)
    assert found.splits == ["train", "test"]


def test_one_speaker_or_an_unknown_one_is_nobody_else() -> None:
    for names in (("c:a", "c:a"), ("c:a", None)):
        pairs = shared(4, names)  # type: ignore[arg-type]
        assert not find_same_persons(pairs, rows_of(*both(pairs)))


def test_what_very_many_speakers_share_is_no_speech_of_theirs() -> None:
    jingle = [clip(f"c/{n}", f"c:{n}") for n in range(30)]
    pairs = [pair(jingle[0], other) for other in jingle[1:]]
    assert not find_same_persons(pairs * 3, rows_of(*jingle))


def test_persons_belong_together_only_where_that_is_wanted() -> None:
    pairs = shared(3)
    rows = rows_of(*both(pairs))
    recordings, persons = belonging_together(PairTable(pairs), rows)
    assert recordings["c/1"] == recordings["d/1"] != recordings["c/2"]
    assert persons == {}
    _, persons = belonging_together(PairTable(pairs, join_speakers=True), rows)
    assert persons == {"c:a": 0, "d:x": 0}
