import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.common.errors import DataError
from pipeline.index.table_formats import read_table
from pipeline.index.xml_tables import parse_xml
from pipeline.specs.table_spec import TableSpec
from tests.conftest import MakeSpec
from tests.support.shipped_corpora import read_corpus

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


ELAN = b"""<ANNOTATION_DOCUMENT>
  <TIME_ORDER>
    <TIME_SLOT TIME_SLOT_ID="ts1" TIME_VALUE="0"/>
    <TIME_SLOT TIME_SLOT_ID="ts2" TIME_VALUE="1500"/>
  </TIME_ORDER>
  <TIER TIER_ID="emotion">
    <ANNOTATION>
      <ALIGNABLE_ANNOTATION TIME_SLOT_REF1="ts1" TIME_SLOT_REF2="ts2">
        <ANNOTATION_VALUE>ang</ANNOTATION_VALUE>
      </ALIGNABLE_ANNOTATION>
    </ANNOTATION>
  </TIER>
</ANNOTATION_DOCUMENT>
"""


def test_times_of_elan_are_looked_up(make_spec: MakeSpec) -> None:
    slots = "file: '*.eaf', rows: '**.TIME_SLOT', match: {_stem: '{stem}', TIME_SLOT_ID: '{%s}'}"
    spec = make_spec(
        path="'.'",
        sample_times="1000",
        tables="{spans: {file: '*.eaf', rows: '**.TIER.ANNOTATION.ALIGNABLE_ANNOTATION', "
        "where: {TIER_ID: '^emotion$'}, match: {_stem: '{stem}'}, segments: true, "
        "take: {from: TIME_SLOT_REF1, to: TIME_SLOT_REF2, emotion: ANNOTATION_VALUE}}, "
        f"starts: {{{slots % 'from'}, take: {{start: TIME_VALUE}}}}, "
        f"ends: {{{slots % 'to'}, take: {{end: TIME_VALUE}}}}}}",
    )
    (clip,) = read_corpus(spec, {"r1.eaf": ELAN, "wav/r1.wav": b""})
    assert (clip.start, clip.end, clip.label_native, clip.status) == (0, 1.5, "ang", "ok")
