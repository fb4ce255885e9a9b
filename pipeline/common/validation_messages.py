"""Turns pydantic errors into messages for users: what was expected, what was found."""

from collections.abc import Mapping, Sequence
from typing import Any, get_args

from pydantic import BaseModel

_EXPECTED = {
    "bool_parsing": "true or false",
    "bool_type": "true or false",
    "dict_type": "`key: value` pairs",
    "finite_number": "a finite number",
    "float_parsing": "a number",
    "float_type": "a number",
    "greater_than": "more than {gt:g}",
    "greater_than_equal": "{ge:g} or more",
    "int_from_float": "a whole number",
    "int_parsing": "a whole number",
    "int_type": "a whole number",
    "less_than": "less than {lt:.10g}",
    "less_than_equal": "{le:.10g} or less",
    "list_type": "a list",
    "literal_error": "{expected}",
    "string_pattern_mismatch": "text like '{pattern}'",
    "string_type": "text",
    "too_long": "a list of {max_length} or fewer",
    "too_short": "a list of {min_length} or more",
    "tuple_type": "a list",
}

_SHOWN = 4
"""Number of keys of a model that a message lists."""


def describe_validation_error(fault: Mapping[str, Any], model: type[BaseModel]) -> str:
    """Describes one pydantic error.

    Args:
        fault: Fault, as pydantic reports it.
        model: Model of the whole file.

    Returns:
        Such as ``expected a whole number, found 'many'``; messages of our own validators
        unchanged.
    """
    kind = fault["type"]
    if kind == "value_error":
        return str(fault["msg"]).removeprefix("Value error, ")
    if kind in {"model_type", "model_attributes_type"}:
        keys = known_keys_at(fault["loc"], model)
        shown = [f"{key}: …" for key in keys[:_SHOWN]] + ["…"] * (len(keys) > _SHOWN)
        expected = f"{{{', '.join(shown)}}}"
    elif kind == "union_tag_invalid":
        *tags, last = fault["ctx"]["expected_tags"].split(", ")
        return f"expected {', '.join(tags)} or {last}, found {_show(fault['ctx']['tag'])}"
    elif kind in _EXPECTED:
        expected = _EXPECTED[kind].format_map(fault.get("ctx", {}))
    else:
        return f"{fault['msg']}, found {_show(fault['input'])}"
    return f"expected {expected}, found {_show(fault['input'])}"


def locate(fault: Mapping[str, Any]) -> tuple[int | str, ...]:
    """Location of an error: keys and indices; for a model chosen by a key, that key."""
    location: tuple[int | str, ...] = fault["loc"]
    if fault["type"] == "union_tag_invalid":
        return (*location, fault["ctx"]["discriminator"].strip("'"))
    return location


def known_keys_at(location: Sequence[int | str], model: type[BaseModel]) -> list[str]:
    """Keys that the part of a model at a location knows, the required and its own ones first."""
    for part in location:
        field = model.model_fields.get(str(part))
        inner: list[Any] = [field.annotation] if field else []
        while inner:
            kind = inner.pop()
            if isinstance(kind, type) and issubclass(kind, BaseModel):
                model = kind
                break
            inner.extend(get_args(kind))
    fields = {name: field for name, field in model.model_fields.items() if name != "values"}
    own = [*model.__annotations__, *fields]
    return sorted(fields, key=lambda name: (not fields[name].is_required(), own.index(name)))


def _show(value: object) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, dict):
        return "`key: value` pairs"
    if isinstance(value, list):
        return f"a list of {len(value)}" if value else "an empty list"
    return repr(value)
