from pathlib import Path

import pytest

from docs.generate.spec_reference import spec_reference, taught_keys, type_of
from pipeline.specs.corpus_spec import CorpusSpec

SCHEMA = CorpusSpec.model_json_schema()
GUIDE = (Path(__file__).parents[3] / "docs" / "specs.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("schema", "told"),
    [
        ({"type": "string"}, "text"),
        ({"anyOf": [{"type": "integer"}, {"type": "null"}]}, "whole number"),
        ({"enum": ["open", "purchase"]}, "`open`, `purchase`"),
        ({"type": "array", "items": {"$ref": "#/$defs/Example"}}, "list of [Example](#example)"),
        ({"type": "object", "additionalProperties": {"type": "string"}}, "mapping to text"),
        ({"prefixItems": [{"type": "number"}, {"type": "number"}]}, "[number, number]"),
        ({}, "any value"),
    ],
)
def test_types_are_told_in_words(schema: dict[str, object], told: str) -> None:
    assert type_of(schema) == told


def test_every_key_of_every_model_has_a_row() -> None:
    reference = spec_reference(SCHEMA, GUIDE)
    for name, model in [("The spec", SCHEMA), *SCHEMA["$defs"].items()]:
        text = reference.partition(f"\n## {name}\n")[2].partition("\n## ")[0]
        for key in model.get("properties", {}):
            assert f"`{key}`" in text, f"{name}.{key}"


def test_every_key_of_a_spec_has_a_meaning() -> None:
    text = spec_reference(SCHEMA, GUIDE).partition("\n## The spec\n")[2].partition("\n## ")[0]
    assert [line for line in text.splitlines() if line.endswith("|  |")] == []


def test_keys_are_linked_to_where_they_are_taught() -> None:
    taught = taught_keys(GUIDE)
    assert taught["id"][0] == "what-it-is"
    assert taught["audio"] == ("audio-ignore-leave_out-ignore_case-the-clips", "the clips")
