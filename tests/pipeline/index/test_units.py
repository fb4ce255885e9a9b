import pytest

from pipeline.index.units import Unit, read_unit
from pipeline.specs.corpus_spec import CorpusSpec
from tests.conftest import MakeSpec

SIDES = "channel: {of: take, left: 0, right: 1, both: null}"


def unit(spec: CorpusSpec, **fields: str | None) -> Unit:
    return read_unit(spec, fields)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, (None, None, "")),
        ({"start": "1.5", "end": "3"}, (1.5, 3.0, "1.5-3")),
        ({"start": "0", "end": "0:01:02,5"}, (0.0, 62.5, "0-62.5")),
        ({"start": "1.5"}, (1.5, None, "1.5-")),
        ({"end": "3"}, (None, 3.0, "-3")),
        ({"start": "1.5", "duration": "0.5"}, (1.5, 2.0, "1.5-2")),
        ({"start": "1.5", "end": "NaT"}, (1.5, None, "1.5-")),
    ],
)
def test_a_span_may_be_open(
    make_spec: MakeSpec, fields: dict[str, str], expected: tuple[object, ...]
) -> None:
    found = unit(make_spec(), **fields)
    assert (found.start, found.end, found.name) == expected
    assert found.problem is None


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"take": "left"}, (0, "ch0")),
        ({"take": "right", "start": "1.5", "end": "3"}, (1, "1.5-3,ch1")),
        ({"take": "both", "end": "3"}, (None, "-3")),
    ],
)
def test_a_channel_is_looked_up_and_part_of_the_name(
    make_spec: MakeSpec, fields: dict[str, str], expected: tuple[object, ...]
) -> None:
    found = unit(make_spec(channel="{of: take, left: 0, right: 1, both: null}"), **fields)
    assert (found.channel, found.name) == expected
    assert found.problem is None


@pytest.mark.parametrize(("value", "said"), [("middle", "'middle'"), (None, "unknown")])
def test_a_channel_that_nobody_named_is_rejected(
    make_spec: MakeSpec, value: str | None, said: str
) -> None:
    found = unit(make_spec(channel="{of: take, left: 0, right: 1}"), take=value)
    assert found.problem is not None
    assert found.problem.reason == "unknown_channel"
    assert found.problem.detail == f"take is {said}; `channel` knows 'left' or 'right'"


def test_a_number_is_the_channel_of_all(make_spec: MakeSpec) -> None:
    assert unit(make_spec(channel="1"), start="1", end="2") == Unit(1.0, 2.0, 1, "1-2", None)


def test_a_bad_time_is_rejected_with_what_was_found(make_spec: MakeSpec) -> None:
    found = unit(make_spec(), start="3", end="2")
    assert found.problem is not None
    assert (found.problem.reason, found.problem.detail) == (
        "bad_time", "from 3 s to 2 s, expected 0 ≤ start < end",
    )  # fmt: skip
