"""The language of ``corpora/*.yaml``: how a small imitation of a corpus is spoken and stored.

An entry states what the corpus's spec does not: the voices of its speakers, how its files are named
and encoded, and which of them are odd.

Templates are filled with the fields of a clip: ``speaker``, ``gender``, ``emotion`` (the native
code), ``category``, ``text`` and ``sentence``, and those that the entry adds under ``fields``. What
is stored, and tables, also know ``path``, ``name`` and ``stem`` of the file; in a recording of
several clips ``start``, ``end`` and ``duration``; and in tables ``row``, the number of the row.
"""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from pipeline.common.errors import UsageError
from pipeline.common.suggest import suggest
from pipeline.specs.yaml_reader import load_yaml

_ENTRIES = Path(__file__).with_name("corpora")


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
    """Tables that lie beside the clips, one row for each clip or each speaker.

    They are named by a template over the fields of the clips: those that give the same name stand
    in one file. A name ending in ``.xlsx`` gives a workbook.
    """

    each: Literal["clip", "speaker"] = "clip"
    columns: dict[str, Value] = Field({}, description="header → value")
    line: str = Field("", description="instead of columns: the text of a row, its end included")
    head: str = Field("", description="text that stands before the rows")
    separator: str = ","
    quoted: bool = Field(False, description="whether every text stands in quotation marks")
    newline: str = "\n"
    encoding: Value = "utf-8"
    sheet: str = Field("Sheet1", description="of a workbook")

    @model_validator(mode="after")
    def _rows_have_one_form(self) -> Self:
        if bool(self.columns) == bool(self.line):
            raise ValueError("a table needs either `columns` or `line`")
        return self


class StandIn(_Part):
    """How a small imitation of a corpus is spoken and stored."""

    language: Value = Field(description="of eSpeak NG")
    clips: Annotated[int, Field(gt=0)]
    speakers: dict[str, str] = Field(description="speaker → eSpeak NG variant: f… or m…")
    emotions: list[str] = Field(
        [], description="native codes; default: all of the spec, which may spell one in many ways"
    )
    texts: list[str] | dict[str, str] = Field(
        [], description="codes, or code → sentence; default: all texts of the spec"
    )
    say: str = Field("{sentence}", description="what is said")
    path: str = Field(description="of a clip below the corpus root")
    segment: str = Field(
        "", description="names a clip among those of one recording, which are in this order"
    )
    slot: Annotated[float, Field(gt=0)] = Field(
        8.0, description="length of a segment in s, pause included"
    )
    fields: dict[str, Choice | Count | list[str] | str] = Field({}, description="in this order")
    strength: Value = Field("1", description="of the emotion; 1 is that of manners.yaml")
    always: list[dict[str, str]] = Field([], description="clips that must be there: their fields")

    rate: Value = Field(description="sampling rate in Hz")
    channels: Value = Field("mono", description="mono, dual (twice the same) or stereo")
    format: Value = Field("WAV", description="see demo/containers.py")
    offset: Value = Field("0", description="constant (DC) offset as a fraction of full scale")
    content: Value = Field("speech", description="speech, silence or lfs_pointer")
    same_as: Value = Field("", description="path of the clip whose bytes this one repeats")
    tables: dict[str, StandInTable] = {}
    parquet: dict[str, Value] = Field(
        {}, description="columns beside the audio, where `path` leads into a Parquet file"
    )

    untold: dict[Literal["speaker", "gender"], str] = Field(
        {}, description="what the corpus does not tell, of speakers that match"
    )
    excluded: Value = Field("", description="the spec's reason for leaving a clip out")


def standin_ids() -> list[str]:
    """Ids of the corpora that have a stand-in, sorted."""
    return sorted(file.stem for file in _ENTRIES.glob("*.yaml"))


@cache
def load_standin(corpus: str) -> StandIn:
    """The entry of a corpus, ``demo/corpora/<id>.yaml``.

    Raises:
        UsageError: There is none.
    """
    known = standin_ids()
    if corpus not in known:
        hint = suggest(corpus, known, otherwise=".")
        raise UsageError(f"there is no stand-in of {corpus!r}{hint} Known: {', '.join(known)}.")
    return load_yaml(_ENTRIES / f"{corpus}.yaml", StandIn)


def choose(value: Value, fields: Mapping[str, str]) -> str:
    """A value filled in with a clip's fields; empty where a choice has none for them."""
    template = value if isinstance(value, str) else next(iter(value(fields)), "")
    return template.format_map(fields)
