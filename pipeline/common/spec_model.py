"""Base classes and types of the spec language."""

import re
from typing import Annotated, Any

import regex
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, model_validator

from pipeline.common.globs import glob_matcher
from pipeline.common.patterns import LONGEST_PATTERN, compile_pattern


def _check_regex(pattern: str) -> str:
    if len(pattern) > LONGEST_PATTERN:
        raise ValueError(
            f"a regular expression of {len(pattern):,} characters, expected {LONGEST_PATTERN:,} "
            "or fewer"
        )
    try:
        re.compile(pattern)
        compile_pattern(pattern)
    except (re.error, regex.error, OverflowError, RecursionError) as error:
        raise ValueError(f"not a regular expression: {error} in '{pattern[:200]}'") from None
    return pattern


def _check_glob(glob: str) -> str:
    try:
        glob_matcher([glob])
    except re.error as error:
        raise ValueError(f"not a glob: {error.msg} in '{glob}'") from None
    return glob


def _as_list(value: object) -> object:
    return [value] if isinstance(value, str) else value


Regex = Annotated[str, AfterValidator(_check_regex)]
Glob = Annotated[str, AfterValidator(_check_glob)]

OneOrMore = BeforeValidator(_as_list)
"""Beside a list of text: one text alone stands for a list of it."""


class SpecModel(BaseModel):
    """A part of a spec: immutable, and every key that it does not know is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ByValue(SpecModel):
    """``{of: FIELD, VALUE: …}``: keys that are no field of the model become its ``values``."""

    @model_validator(mode="before")
    @classmethod
    def _gather_values(cls, data: Any) -> Any:
        if isinstance(data, dict) and "values" not in data:
            known = set(cls.model_fields)
            values = {key: value for key, value in data.items() if key not in known}
            return {key: value for key, value in data.items() if key in known} | {"values": values}
        return data
