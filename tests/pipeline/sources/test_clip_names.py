"""Names of clips inside other files."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.sources.clip_names import clip_name, template_text


@given(st.text())
def test_no_name_leads_out_without_being_told(name: str) -> None:
    path, problem = clip_name(name)
    assert path
    assert problem or not {"", ".", ".."} & set(path.split("/"))


@pytest.mark.parametrize(
    "name", ["../a.wav", "/a.wav", "C:/a.wav", "a/../../b", "", "./", "x" * 3_000]
)
def test_names_that_no_file_could_have_are_told(name: str) -> None:
    assert clip_name(name)[1]


def test_templates_are_filled_from_columns_of_any_name() -> None:
    columns = {"speaker id": "3", "info.take": "b", "n": "e\u0301"}
    assert template_text("wav/{speaker id}{info.take}{n}{absent}.wav", columns) == "wav/3bé.wav"
