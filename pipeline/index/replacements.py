"""Values put right: the keys ``replace`` and ``corrections`` of a spec."""

from collections.abc import Mapping

from pipeline.index.field_parts import add_parts
from pipeline.schema.fields import Fields
from pipeline.specs.corpus_spec import CorpusSpec


def apply_corrections(spec: CorpusSpec, fields: Fields, stem: str | None) -> Fields:
    """Applies ``corrections``, ``parts`` and ``replace``.

    Called again for every table row, because corrections win over tables.
    """
    right = spec.corrections.get(stem or "", {})
    return apply_replace(spec, add_parts(spec, fields | right) | right)


def apply_replace(spec: CorpusSpec, fields: Mapping[str, str | None]) -> Fields:
    """Applies ``replace``, once to every value."""
    if not spec.replace:
        return dict(fields)
    return {
        field: spec.replace[field].get(value, value) if field in spec.replace and value else value
        for field, value in fields.items()
    }
