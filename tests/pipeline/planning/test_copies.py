from hypothesis import given
from hypothesis import strategies as st

from pipeline.planning.copies import drop_copies
from pipeline.schema.utterance import Utterance, rejected


def clip(path: str, key: str = "tones/a", rank: int = 0) -> Utterance:
    return Utterance(f"tones/{path}", "tones", key, path, 1, "", rank)


def kept(*clips: Utterance) -> list[str]:
    return [one.source_path for one in drop_copies(clips) if one.dropped is None]


def test_the_glob_named_first_wins_then_the_shortest_path() -> None:
    assert kept(clip("long/a.mp3"), clip("wav/a.wav", rank=1)) == ["long/a.mp3"]
    assert kept(clip("again/a.wav"), clip("a.wav")) == ["a.wav"]


def test_a_copy_that_can_be_used_wins_over_one_that_can_not() -> None:
    broken = clip("a.wav")._replace(dropped=rejected("index", "bad_file"))
    assert kept(broken, clip("wav/a.wav", rank=1)) == ["wav/a.wav"]


def test_the_reason_names_the_copy_that_was_kept() -> None:
    copies = drop_copies([clip("a.wav"), clip("b/a.wav")])
    (reason,) = [one.dropped for one in copies if one.dropped]
    assert (reason.status, reason.reason) == ("excluded", "copy")
    assert reason.detail == "the same utterance as a.wav"


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 2)), unique=True))
def test_one_of_each_set_is_kept_in_whatever_order_they_come(found: list[tuple[str, int]]) -> None:
    clips = [clip(f"{rank}/{name}.wav", name, rank) for name, rank in found]
    assert drop_copies(clips) == drop_copies(reversed(clips))
    assert len(kept(*clips)) == len({name for name, _ in found})


def reasons(*clips: Utterance) -> set[str]:
    return {one.dropped.reason for one in drop_copies(clips) if one.dropped}


def test_copies_of_two_labels_or_speakers_are_all_rejected() -> None:
    angry, happy = (
        clip(p)._replace(label_native=e) for p, e in (("a.wav", "ang"), ("a.mp3", "hap"))
    )
    found = drop_copies([angry, happy])
    assert [one.status for one in found] == ["rejected"] * 2
    assert found[0].dropped
    assert found[0].dropped.detail == "label is 'ang' by a.wav and 'hap' by a.mp3"
    assert reasons(clip("a.wav")._replace(speaker="x"), clip("a.mp3")._replace(speaker="y")) == {
        "copies_disagree"
    }


def test_two_recordings_of_one_name_are_no_copies() -> None:
    one, two = clip("s1/a.wav"), clip("s2/a.wav")._replace(source_size=2)
    assert reasons(one, two) == {"copies_disagree"}
    assert reasons(one, two._replace(source_path="s2/a.mp3")) == {"copy"}
    assert reasons(one, two._replace(glob_rank=1)) == {"copy"}
    assert reasons(one, two._replace(dropped=rejected("index", "bad_file"))) == {"bad_file"}
