from pipeline.index.replacements import apply_corrections, apply_replace
from tests.conftest import MakeSpec


def test_corrections_win_and_are_spelt_as_all_values(make_spec: MakeSpec) -> None:
    spec = make_spec(
        replace='{emotion: {A: ang, "?": null}, take: {"1": "2", "2": "1"}}',
        corrections="{s1_hap_1: {emotion: A}}",
    )
    assert apply_replace(spec, {"emotion": "?", "take": "1"}) == {"emotion": None, "take": "2"}
    row: dict[str, str | None] = {"emotion": "hap", "take": "2"}
    assert apply_corrections(spec, row, "s1_hap_1") == {"emotion": "ang", "take": "1"}
    assert apply_corrections(spec, row, "s1_hap_2") == {"emotion": "hap", "take": "1"}
    assert apply_replace(make_spec(), row) == row
