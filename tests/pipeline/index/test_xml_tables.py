import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.common.errors import DataError
from pipeline.index.table_formats import read_table
from pipeline.index.xml_tables import parse_xml
from pipeline.specs.table_spec import TableSpec

SESSION = b"""<?xml version="1.0"?>
<Session xmlns="http://example.org/ns">
  <Utterance UtteranceID="7" Channel="L">
    <UtteranceComment><Comment>a note</Comment></UtteranceComment>
    <EmotionalState><Rating Arousal="4"/><Rating Arousal="6"/></EmotionalState>
  </Utterance>
  <Utterance UtteranceID="8" Channel="R">
    <EmotionalState><Rating Arousal="1"/></EmotionalState>
  </Utterance>
</Session>
"""


def test_attributes_and_elements_are_keys() -> None:
    assert parse_xml(b"<a x='1'>text<b>2</b><c/><c y='3'/></a>", "t") == {
        **{"x": "1", "b": "2", "c": ["", {"y": "3"}], "_value": "text"},
    }


def test_rows_of_raters_know_their_utterance() -> None:
    table = TableSpec.model_validate(
        {
            "file": "*.xml",
            "rows": "**.Utterance.EmotionalState.Rating",
            "match": {"_stem": "{session}", "UtteranceID": "{utterance}", "Channel": "{channel}"},
            "take": {"arousal": "Arousal"},
        }
    )
    rows = read_table(SESSION, table, "C001.xml", "t").rows
    assert [(r["UtteranceID"], r["Channel"], r["Arousal"], r["_stem"]) for r in rows] == [
        ("7", "L", "4", "C001"),
        ("7", "L", "6", "C001"),
        ("8", "R", "1", "C001"),
    ]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "t:1: not XML: no element found"),
        (b"<a><b></a>", "t:1: not XML: mismatched tag"),
        (b"<a>" * 200, "nested too deeply"),
        (b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', "t: defines the entity 'x'"),
        (b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>', "defines the entity"),
        (b'<?xml version="1.0" encoding="nonsense"?><a/>', "t.*: not XML"),
    ],
)
def test_hostile_or_broken_files_are_refused(content: bytes, message: str) -> None:
    with pytest.raises(DataError, match=message):
        parse_xml(content, "t")


@given(st.text("<>/ab='\" &;![]", max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(DataError):
        parse_xml(text.encode(), "t")
