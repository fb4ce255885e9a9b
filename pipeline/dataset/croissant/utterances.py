"""The record as Croissant has it: one field a column."""

from collections.abc import Mapping

import pyarrow as pa

from pipeline.dataset.croissant.fields import Json, field
from pipeline.schema.columns import Column, croissant_type
from pipeline.schema.record import COLUMNS, SAMPLE_RATE

_REFERENCES: Mapping[str, Json] = {
    "split": {"references": {"field": {"@id": "splits/name"}}},
    "label": {"references": {"field": {"@id": "classes/label"}}},
}


def utterances() -> Json:
    """The record set of all utterances."""
    return {
        "@type": "cr:RecordSet",
        "@id": "utterances",
        "name": "utterances",
        "description": "One record an utterance.",
        "key": {"@id": "utterances/id"},
        "field": [column_field(column) for column in COLUMNS],
    }


def column_field(column: Column) -> Json:
    """One column of the record as a Croissant field; its description is the column's meaning."""
    name = f"utterances/{column.name}"
    described: Json = {"description": column.meaning.replace("`", "")}
    if column.name == "audio":
        audio = field(name, "sc:AudioObject") | described | {"samplingRate": SAMPLE_RATE}
        return audio | {"source": _source("audio", "bytes")}
    if not pa.types.is_list(column.dtype):
        scalar = field(name, croissant_type(column.dtype)) | described
        return scalar | {"source": _source(column.name)} | _REFERENCES.get(column.name, {})
    item = column.dtype.value_type
    if not pa.types.is_struct(item):
        array: Json = {"isArray": True, "arrayShape": "-1", "source": _source(column.name)}
        return field(name, croissant_type(item)) | described | array
    parts = [_part(column, part) for part in item]
    return field(name) | described | {"repeated": True, "subField": parts}


def _part(column: Column, part: pa.Field) -> Json:
    """One field of the structs that a column lists; itself a list or a scalar."""
    listed = pa.types.is_list(part.type)
    scalar = croissant_type(part.type.value_type if listed else part.type)
    array: Json = {"isArray": True, "arrayShape": "-1"} if listed else {}
    source: Json = {"source": _source(column.name, f"[*].{part.name}")}
    return field(f"utterances/{column.name}/{part.name}", scalar) | array | source


def _source(column: str, json_path: str | None = None) -> Json:
    source: Json = {"fileSet": {"@id": "shards"}, "extract": {"column": column}}
    return source | ({"transform": {"jsonPath": json_path}} if json_path else {})
