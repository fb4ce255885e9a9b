"""Lines of a draft."""

from pathlib import Path

from hypothesis import example, given
from hypothesis import strategies as st

from pipeline.common.spelling import compose
from pipeline.drafting.draft_text import few, quoted, scalar, splits
from pipeline.specs.spec_types import TextByField
from pipeline.specs.yaml_reader import parse_yaml


def test_splits_are_official_where_parts_have_names_for_it() -> None:
    assert splits(["Train", "dev", "test"]) == [
        "splits: {by: official, of: part, Train: train, dev: validation, test: test}"
    ]
    assert splits(["train", "test"]) == [
        "splits: {by: official, of: part, test: test, train: train, validation_by: utterance}"
    ]
    assert splits(["train"]) == splits([]) == ["splits: {by: speaker}"]


@given(st.text(min_size=1))
@example("\U0001b2fc\U000e0001")  # a letter that not every Python knows, and a mark of none
def test_any_text_is_the_same_in_yaml(text: str) -> None:
    content = f"of: x\nkey: {scalar(text)}\nother: {quoted(text)}\n".encode()
    values = parse_yaml(content, Path("x"), TextByField).values
    assert values["key"] == values["other"] == compose(text)


def test_few_values_are_shown() -> None:
    assert few(["a", "b"]) == "a, b"
    assert few(list("abcdefg")) == "a, b, c, d, e, … (7)"
