import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from pipeline.common.spelling import compose, fold


@given(st.text())
def test_composed_text_is_the_same_whatever_form_it_had(text: str) -> None:
    assert compose(unicodedata.normalize("NFD", text)) == compose(text)


def test_spellings_of_one_name_are_folded_to_one() -> None:
    names = ["Zoë Ann", "zoë  ann", "ZOE\u0308\u00a0ANN", "\ufeffＺoë Ann", "Zo\u200bë Ann"]
    assert {fold(name) for name in names} == {"zoë ann"}
    assert fold("Zoe") != fold("Zoë")
