from pipeline.dataset.manifest import NearestCounts
from pipeline.dataset.published_counts import CountComparison, compare_counts, describe_differences


def test_what_was_published_is_compared_and_nothing_else() -> None:
    published = NearestCounts(utterances=1_200, emotions={"anger": 700})
    compared = compare_counts(published, 1_199, 4, {"anger": 700, "fear": 1})
    assert list(map(str, compared)) == ["utterances 1,199/1,200", "anger 700/700", "fear 1/0"]
    differing = [one for one in compared if one.differs]
    assert describe_differences("tones", differing) == (
        "corpus tones: found/published differ: utterances 1,199/1,200, fear 1/0; for a part of a "
        "corpus give --allow-partial"
    )
    assert compare_counts(NearestCounts(), 9, 9, {}) == []


def test_clips_whose_audio_is_damaged_may_be_of_any_class_and_speaker() -> None:
    published = NearestCounts(utterances=10, speakers=3, emotions={"anger": 6, "fear": 4})
    compared = compare_counts(published, 10, 2, {"anger": 5, "fear": 4}, unread=1)
    assert not any(one.differs for one in compared)
    assert CountComparison("anger", 6, 4, unread=1).differs
    assert CountComparison("anger", 6, 7, unread=1).differs
