"""Units: which part of which channel of its file an utterance is."""

import math
from typing import NamedTuple

from pipeline.common.numbers import read_seconds
from pipeline.schema.fields import Fields
from pipeline.schema.utterance import DropReason, rejected
from pipeline.specs.corpus_spec import CorpusSpec
from pipeline.specs.spec_types import Channels

_NOT_A_TIME = "NaT"
"""Unknown times as pandas and audformat write them."""


class Unit(NamedTuple):
    """A file, or a part of it.

    Attributes:
        start: Start in s; None for the beginning of the file.
        end: End in s; None for the end of the file.
        channel: The one that holds the speaker; None to mix all.
        name: Distinguishes the unit from others of its file, such as ``1.5-3`` or ``1.5-3,ch0``;
            empty where nothing does.
        problem: Why it can't be used, if it can't.
    """

    start: float | None
    end: float | None
    channel: int | None
    name: str
    problem: DropReason | None


def read_unit(spec: CorpusSpec, fields: Fields) -> Unit:
    """The part of its file that the fields of an utterance name."""
    start, end, problem = _segment_bounds(spec, fields)
    span = "" if start is end is None else f"{_format_seconds(start)}-{_format_seconds(end)}"
    if not isinstance(spec.channel, Channels):
        return Unit(start, end, spec.channel, span, problem)
    channel, unknown = _find_channel(spec.channel, fields)
    name = ",".join(filter(None, [span, "" if channel is None else f"ch{channel}"]))
    return Unit(start, end, channel, name, problem or unknown)


def _find_channel(channels: Channels, fields: Fields) -> tuple[int | None, DropReason | None]:
    """The channel of a speaker, and why none is known."""
    value = fields.get(channels.of)
    if value is not None and value in channels.values:
        return channels.values[value], None
    found = "unknown" if value is None else repr(value)
    expected = " or ".join(map(repr, channels.values))
    detail = f"{channels.of} is {found}; `channel` knows {expected}"
    return None, rejected("index", "unknown_channel", detail)


def _segment_bounds(
    spec: CorpusSpec, fields: Fields
) -> tuple[float | None, float | None, DropReason | None]:
    """Start and end of a segment.

    Args:
        spec: The corpus; says in which unit its times are.
        fields: Fields of the clip; ``start``, ``end`` and ``duration`` are read.

    Returns:
        Start and end in s, to the microsecond, None where not stated, and why they can't be used,
        None where they can.
    """
    stated = {
        name: text
        for name in ("start", "end", "duration")
        if (text := fields.get(name)) and text != _NOT_A_TIME
    }
    if not stated:
        return None, None, None
    unit = 1.0 / (spec.sample_times or 1)
    seconds: dict[str, float | None] = {}
    for name in ("start", "end", "duration"):
        time = read_seconds(stated.get(name))
        if name in stated and time is None:
            detail = f"{name} is {stated[name]!r}, expected seconds or h:mm:ss"
            return None, None, rejected("index", "bad_time", detail)
        seconds[name] = None if time is None else round(time * unit, 6)
    start, end, duration = seconds["start"], seconds["end"], seconds["duration"]
    if start is not None and end is None and duration is not None:
        end = round(start + duration, 6)
    if not 0 <= (start or 0) < (math.inf if end is None else end):
        until = "the end" if end is None else f"{_format_seconds(end)} s"
        detail = f"from {_format_seconds(start or 0)} s to {until}, expected 0 ≤ start < end"
        return start, end, rejected("index", "bad_time", detail)
    return start, end, None


def _format_seconds(seconds: float | None) -> str:
    """Seconds to the microsecond, without trailing zeros."""
    return "" if seconds is None else f"{seconds:.6f}".rstrip("0").rstrip(".")
