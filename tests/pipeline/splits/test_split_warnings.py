import pytest

from pipeline.splits.split_warnings import warn_of_splits


@pytest.mark.parametrize(
    ("classes", "speakers", "lines"),
    [
        (
            {"train": {"a": 9, "b": 1}, "validation": {"a": 2, "b": 1}, "test": {"a": 1, "b": 1}},
            {"train": 5, "validation": 1, "test": 3},
            [],
        ),
        (
            {"train": {"a": 9, "b": 1}, "validation": {}, "test": {"a": 3, "b": 0, "c": 0}},
            {"train": 5, "test": 1},
            [
                "no clip is in validation",
                "test has no clip of b",
                "only 1 speaker in test: scores tell little of others",
            ],
        ),
        (
            {"train": {"a": 9}, "validation": {"a": 1, "b": 1}, "test": {"b": 1}},
            {"test": 2},
            [
                "train has no clip of b",
                "test has no clip of a",
                "only 2 speakers in test: scores tell little of others",
            ],
        ),
        (
            {"train": {"a": 9}, "validation": {"a": 1}, "test": {"a": 1}},
            {},
            ["no speaker in test is known: the same people may speak in train"],
        ),
    ],
)
def test_warnings_name_what_is_missing(classes, speakers, lines):
    assert list(warn_of_splits(classes, speakers)) == lines
