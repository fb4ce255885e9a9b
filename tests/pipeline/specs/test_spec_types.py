"""Parts of a spec: templates, genders, counts of editions."""

import pytest

from pipeline.specs.spec_types import Gender, PublishedCounts, template_fields


@pytest.mark.parametrize(
    ("template", "fields"),
    [("{session}{letter}", ["session", "letter"]), ("plain", []), ("{speaker id}", ["speaker id"])],
)
def test_fields_of_a_template(template: str, fields: list[str]) -> None:
    assert template_fields(template) == fields


def test_gender_by_values_or_pattern() -> None:
    gender = Gender.model_validate({"of": "speaker", "female": ["03"], "male": "1.*"})
    assert [gender(value) for value in ("03", "11", "2", None)] == ["female", "male", None, None]


def test_counts_of_the_nearest_edition() -> None:
    counts = PublishedCounts.model_validate(
        {"utterances": 535, "source": "1", "editions": [{"utterances": 816, "source": "2"}]}
    )
    assert [counts.nearest(n).source for n in (500, 800)] == ["1", "2"]
