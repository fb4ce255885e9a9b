import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from pipeline.common.spelling import compose, fold, name_strangers


@given(st.text())
def test_composed_text_is_the_same_whatever_form_it_had(text: str) -> None:
    assert compose(unicodedata.normalize("NFD", text)) == compose(text)


def test_spellings_of_one_name_are_folded_to_one() -> None:
    names = ["Zoë Ann", "zoë  ann", "ZOE\u0308\u00a0ANN", "\ufeffＺoë Ann", "Zo\u200bë Ann"]
    assert {fold(name) for name in names} == {"zoë ann"}
    assert fold("Zoe") != fold("Zoë")


def test_letters_of_other_scripts_are_named_where_they_look_alike() -> None:
    assert name_strangers("h\u0430p") == " (its letter 2 is CYRILLIC SMALL LETTER A)"
    assert name_strangers("\uff48ap") == " (its letter 1 is FULLWIDTH LATIN SMALL LETTER H)"
    for text in ("hap", "fröhlich", "\u0433\u043d\u0435\u0432", "\u9ad8\u5174", "开心2"):
        assert name_strangers(text) == ""
