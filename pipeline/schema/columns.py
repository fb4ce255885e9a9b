"""A column of the record, and what follows from it wherever the record is described.

The Arrow schema, the Hugging Face features, the Croissant types, the table in ``docs/dataset.md``
and the lists of columns read as metadata are all made from a sequence of :class:`Column`.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

import pyarrow as pa

Stage = Literal["index", "labels", "splits", "audio"]
"""The step of a build that fills a column."""

Reader = Literal["statistics", "training"]
"""Who reads a column as metadata, of all rows at once: manifest and report, or training."""


@dataclass(frozen=True)
class _TypeNames:
    """Names of a scalar Arrow type in other vocabularies."""

    hugging_face: str
    croissant: str


_SCALARS: Mapping[pa.DataType, _TypeNames] = {
    pa.string(): _TypeNames("string", "sc:Text"),
    pa.float32(): _TypeNames("float32", "cr:Float32"),
    pa.float64(): _TypeNames("float64", "cr:Float64"),
    pa.int64(): _TypeNames("int64", "cr:Int64"),
    pa.int32(): _TypeNames("int32", "cr:Int32"),
    pa.int16(): _TypeNames("int16", "cr:Int16"),
}


@dataclass(frozen=True)
class Column:
    """One column of the record.

    Attributes:
        name: Name of the column, as in the shards.
        dtype: A scalar, a list of scalars, or a list of structs of both; anything else needs
            ``feature``.
        meaning: One line for the docs and for Croissant; names and values in backticks.
        stage: The step of a build that fills it.
        indexed: Readers that take it as metadata, of all rows at once.
        feature: Hugging Face description, if it differs from that of the type.

    Raises:
        TypeError: Hugging Face ``datasets`` or Croissant can't express the type.
    """

    name: str
    dtype: pa.DataType
    meaning: str
    stage: Stage
    indexed: tuple[Reader, ...] = ()
    feature: Mapping[str, object] | None = None

    def __post_init__(self) -> None:
        if self.feature is None:
            _check_type(self.name, self.dtype)

    @property
    def type_name(self) -> str:
        """The type for people, such as ``float32`` or ``list of `key`, `value```."""
        name = _type_name(self.dtype)
        return f"{name}, {self.feature['_type']}" if self.feature else name


def arrow_schema(columns: Iterable[Column]) -> pa.Schema:
    """Schema of a shard; its metadata tells ``datasets`` how to decode audio and name classes."""
    columns = tuple(columns)
    features = json.dumps({"info": {"features": hugging_face_features(columns)}})
    return pa.schema(
        [pa.field(column.name, column.dtype) for column in columns],
        metadata={"huggingface": features},
    )


def hugging_face_features(columns: Iterable[Column]) -> dict[str, object]:
    """Column → its description as ``datasets.Features`` are written as JSON."""
    return {column.name: column.feature or _feature(column.dtype) for column in columns}


def card_features(columns: Iterable[Column]) -> list[dict[str, object]]:
    """The same features as the YAML of a dataset card has them."""
    features = hugging_face_features(columns)
    return [{"name": name, **_in_card(feature)} for name, feature in features.items()]


def croissant_type(dtype: pa.DataType) -> str:
    """The Croissant data type of a scalar, such as ``cr:Float32``.

    Raises:
        KeyError: The type is not a scalar that a column may have.
    """
    return _SCALARS[dtype].croissant


def indexed_columns(columns: Iterable[Column], reader: Reader) -> tuple[str, ...]:
    """Names of the columns that a reader takes as metadata, in the order of the record."""
    return tuple(column.name for column in columns if reader in column.indexed)


def stage_columns(columns: Iterable[Column], stage: Stage) -> tuple[str, ...]:
    """Names of the columns that a step of a build fills, in the order of the record."""
    return tuple(column.name for column in columns if column.stage == stage)


def markdown_table(columns: Iterable[Column]) -> str:
    """The table of columns in ``docs/dataset.md``."""
    rows = [f"| `{one.name}` | {one.type_name} | {one.meaning} |\n" for one in columns]
    return "".join(["| column | type | meaning |\n", "|---|---|---|\n", *rows])


def _check_type(name: str, dtype: pa.DataType) -> None:
    item = _item(dtype)
    of_structs = item != dtype and pa.types.is_struct(item)
    parts = [_item(part.type) for part in item] if of_structs else [item]
    if unknown := [str(part) for part in parts if part not in _SCALARS]:
        raise TypeError(
            f"column {name!r} is of type {dtype}: expected {', '.join(map(str, _SCALARS))}, a list "
            f"of these or a list of structs of both, found {', '.join(unknown)}; name it in "
            f"_SCALARS of {__name__}, as Hugging Face and Croissant call it"
        )


def _item(dtype: pa.DataType) -> pa.DataType:
    return dtype.value_type if pa.types.is_list(dtype) else dtype


def _feature(dtype: pa.DataType) -> object:
    if pa.types.is_list(dtype):
        return {"feature": _feature(dtype.value_type), "_type": "List"}
    if pa.types.is_struct(dtype):
        return {field.name: _feature(field.type) for field in dtype}
    return {"dtype": _SCALARS[dtype].hugging_face, "_type": "Value"}


def _in_card(feature: object) -> dict[str, object]:
    """One feature in the short form of dataset cards."""
    match feature:
        case {"_type": "Value", "dtype": dtype}:
            return {"dtype": dtype}
        case {"_type": "List", "feature": item}:
            inner = _in_card(item)
            return {"list": inner.get("struct") or inner.get("dtype") or inner}
        case {"_type": "ClassLabel", "names": [*names]}:
            return {"dtype": {"class_label": {"names": {str(i): n for i, n in enumerate(names)}}}}
        case {"_type": "Audio", **options}:
            return {"dtype": {"audio": dict(options)}}
        case dict():
            return {"struct": [{"name": name, **_in_card(part)} for name, part in feature.items()]}
    raise TypeError(f"no feature that a dataset card can have: {feature!r}")


def _type_name(dtype: pa.DataType) -> str:
    if pa.types.is_list(dtype):
        return f"list of {_type_name(dtype.value_type).removeprefix('struct of ')}"
    if pa.types.is_struct(dtype):
        return f"struct of {', '.join(f'`{field.name}`' for field in dtype)}"
    return _SCALARS[dtype].hugging_face
