import pandas as pd

from training.evaluation.common_classes import scorable_corpora

ROWS = pd.DataFrame(
    {
        "corpus": [*"aaa", *"bbbb", *"cc"],
        "label": ["anger", "calm", "calm", "anger", "calm", "fear", "fear", "anger", "fear"],
    }
)


def test_corpora_are_whole_in_part_or_not_scored() -> None:
    corpora, lines = scorable_corpora(ROWS, "abc", ("anger", "calm"))
    assert corpora == ["a", "b"]
    assert lines == [
        "2 of 4 clips of b are not scored: training lacks their classes (fear)",
        "c is not scored: of its classes training has anger, and with fewer than two there is "
        "nothing to tell apart (training lacks fear)",
    ]


def test_corpora_whose_classes_are_all_learnt_need_no_word() -> None:
    assert scorable_corpora(ROWS, "abc", ("anger", "calm", "fear")) == (["a", "b", "c"], [])
