from tests.support.made_up import evaluation
from training.evaluation.benchmark.pool import pool_corpora, pool_folds


def test_folds_are_scored_as_one_test_set() -> None:
    folds = [
        ("1", evaluation("x", "pp", "ab", "aa", heard="q")),
        ("2", evaluation("x", "qq", "ab", "ab", heard="p")),
    ]
    pooled = pool_folds("tiny", folds)
    assert pooled.models == ["tiny"]
    assert pooled.overall.utterances == 4
    assert pooled.overall.confusion == [[2, 0], [1, 1]]
    assert pooled.speakers.independent
    assert pooled.class_scores["a"].utterances == 2  # of both folds


def test_a_clip_of_two_folds_counts_twice() -> None:
    one = evaluation("x", "pq", "ab", "ab")
    pooled = pool_folds("tiny", [("1", one), ("2", one)])
    ids = pooled.predictions.utterances["id"].tolist()
    assert ids == ["x/p0#fold-1", "x/q1#fold-1", "x/p0#fold-2", "x/q1#fold-2"]
    assert (pooled.overall.utterances, pooled.overall.speakers) == (4, 2)


def test_speakers_heard_in_training_are_said() -> None:
    folds = [("1", evaluation("x", "pq", "ab", "ab", heard="pq"))]
    assert pool_folds("tiny", folds).speakers.seen == 2


def test_a_speaker_heard_in_two_folds_counts_once() -> None:
    folds = [
        ("1", evaluation("x", "pq", "ab", "ab", heard="p")),
        ("2", evaluation("x", "pr", "ab", "ab", heard="p")),
    ]
    speakers = pool_folds("tiny", folds).speakers
    assert (speakers.seen, speakers.unseen) == (1, 2)


def test_classes_of_corpora_are_matched_by_name() -> None:
    pooled = pool_corpora(
        [evaluation("x", "pq", "ab", "ab"), evaluation("y", "rs", "bc", "bb", classes="bc")]
    )
    assert pooled.classes == ["a", "b", "c"]
    assert pooled.overall.confusion == [[1, 0, 0], [0, 2, 0], [0, 1, 0]]
    assert list(pooled.corpora) == ["x", "y"]
