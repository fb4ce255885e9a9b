from pipeline.index.row_join import Joined, join_tables
from pipeline.index.table_rows import build_table
from tests.conftest import MakeSpec


def test_a_row_adds_facts_to_a_clip_and_answers_beside_them(make_spec: MakeSpec) -> None:
    spec = make_spec(
        tables="{a: {file: a.csv, match: {clip: '{stem}'}, take: {rater: r, emotion: e, text: t}}}",
        raters="{rows: a, by: rater}",
    )
    rows = [
        {"clip": "x", "r": "1", "e": "sad", "t": "yes"},
        {"clip": "x", "r": "2", "e": "hap", "t": ""},
    ]
    known = Joined({"stem": "x", "emotion": "ang"})
    (joined,) = join_tables(spec, [known], {"a": build_table(spec.tables["a"], rows)})
    assert joined.fields == {"stem": "x", "emotion": "ang", "text": "yes"}
    assert joined.answers == ({"rater": "1", "emotion": "sad"}, {"rater": "2", "emotion": "hap"})
    (unmatched,) = join_tables(spec, [known], {"a": build_table(spec.tables["a"], [])})
    assert unmatched.dropped is not None
    assert unmatched.dropped.reason == "no_table_row"
