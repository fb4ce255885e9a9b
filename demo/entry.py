"""The language of ``standins.yaml``: how a small imitation of a corpus is spoken and stored.

An entry states what the corpus's spec does not: the voices of its speakers, how its files are named
and encoded, and which of them are odd.
"""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, RootModel, model_validator

from pipeline.specfile import load_yaml


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Choice(_Part):
    """``{of: emotion, A: Angry, "H|N": Other}``: chosen by a field, or by a template of fields.

    Keys are regular expressions; the first that matches all of the value counts. A list of values
    lets the plan take whichever makes a new file name.
    """

    of: str
    values: dict[str, str | list[str]]

    @model_validator(mode="before")
    @classmethod
    def _gather_values(cls, data: Any) -> Any:
        if isinstance(data, dict) and "values" not in data:
            values = {key: value for key, value in data.items() if key != "of"}
            return {key: value for key, value in data.items() if key == "of"} | {"values": values}
        return data

    def __call__(self, fields: Mapping[str, str]) -> list[str]:
        """Values for these fields; none where no key matches."""
        value = self.of.format_map(fields) if "{" in self.of else fields[self.of]
        for pattern, chosen in self.values.items():
            if re.fullmatch(pattern, value):
                return [chosen] if isinstance(chosen, str) else chosen
        return []


class Count(_Part):
    """``{count: "{emotion}"}``: a running number, from 1, among clips with the same value."""

    count: str


Value = str | Choice


class StandInTable(_Part):
    """A table that lies beside the clips, one row for each clip or each speaker."""

    each: Literal["clip", "speaker"]
    separator: str = ","
    quoted: bool = Field(False, description="whether every text stands in quotation marks")
    columns: dict[str, Value]


class StandIn(_Part):
    """How a small imitation of a corpus is spoken and stored."""

    language: str = Field(description="of eSpeak NG")
    clips: Annotated[int, Field(gt=0)]
    speakers: dict[str, str] = Field(description="speaker → eSpeak NG variant: f… or m…")
    texts: list[str] | dict[str, str] = Field(
        [], description="codes, or code → sentence; default: all texts of the spec"
    )
    say: str = Field("{sentence}", description="what is said")
    path: str = Field(description="of a clip below the corpus root")
    fields: dict[str, Choice | Count | list[str] | str] = Field({}, description="in this order")
    strength: Value = Field("1", description="of the emotion; 1 is that of manners.yaml")
    always: list[dict[str, str]] = Field([], description="clips that must be there: their fields")

    rate: Value = Field(description="sampling rate in Hz")
    channels: Value = Field("mono", description="mono, dual (twice the same) or stereo")
    format: Value = "WAV"
    offset: Value = Field("0", description="constant (DC) offset as a fraction of full scale")
    content: Value = Field("speech", description="speech, silence or lfs_pointer")
    same_as: Value = Field("", description="path of the clip whose bytes this one repeats")
    tables: dict[str, StandInTable] = {}


class _StandIns(RootModel[dict[str, StandIn]]):
    pass


@cache
def load_standins() -> Mapping[str, StandIn]:
    """Entries of ``demo/standins.yaml`` by corpus id."""
    return load_yaml(Path(__file__).with_name("standins.yaml"), _StandIns).root


def choose(value: Value, fields: Mapping[str, str]) -> str:
    """A value filled in with a clip's fields; empty where a choice has none for them."""
    template = value if isinstance(value, str) else next(iter(value(fields)), "")
    return template.format_map(fields)
