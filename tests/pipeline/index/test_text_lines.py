import pytest

from pipeline.index.text_lines import join_lines, parse_lines, parse_whole_text
from pipeline.specs.table_spec import TableSpec

LABELS = """\
MSP_1.wav; N; A:2.2;
WORKER1; Neutral; A:1.0;
WORKER2; Sad; A:3.0;

WORKER9; Lost; A:1.0;
MSP_2.wav; A; A:5.0;
WORKER3; Angry; A:5.0;
MSP_3.wav; X; A:5.0;
"""


def read(text: str, **keys: object) -> list[dict[str, str]]:
    table = TableSpec.model_validate({"file": "f", "match": {}, "take": {}} | keys)
    return parse_lines(text, table, ignore_case=False)


def test_lines_are_rows() -> None:
    rows = read(LABELS, line=r"^(?P<rater>WORKER\d+); (?P<emotion>\w+)")
    assert [row["rater"] for row in rows] == ["WORKER1", "WORKER2", "WORKER9", "WORKER3"]


def test_a_head_line_holds_up_to_the_next_or_a_blank_one() -> None:
    rows = read(
        LABELS,
        block=r"^(?P<file>\S+\.wav); (?P<consensus>\w)",
        line=r"^(?P<rater>WORKER\d+); (?P<emotion>\w+)",
    )
    assert rows == [
        {"file": "MSP_1.wav", "consensus": "N", "rater": "WORKER1", "emotion": "Neutral"},
        {"file": "MSP_1.wav", "consensus": "N", "rater": "WORKER2", "emotion": "Sad"},
        {"file": "MSP_2.wav", "consensus": "A", "rater": "WORKER3", "emotion": "Angry"},
    ]


def test_a_head_is_no_row_even_if_the_line_fits_it() -> None:
    assert read("# a\nx 1\n", block=r"^# (?P<head>\w)", line=r"(?P<cell>\w)$") == [
        {"head": "a", "cell": "1"}
    ]


def test_groups_that_took_no_part_are_empty() -> None:
    assert read("h\nx\n", block="^h(?P<a>1)?", line="^x(?P<b>2)?") == [{"a": "", "b": ""}]


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\n\n"])
def test_a_transcript_of_several_lines_is_one_text(ends: str) -> None:
    text = ends.join(["  She came", "", "late. ", ""])
    assert parse_whole_text(text) == [{"_text": "She came late."}]
    assert parse_whole_text(ends) == []


def test_blanks_within_a_line_stay() -> None:
    assert join_lines("so  what") == "so  what"
