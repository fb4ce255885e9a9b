"""Stand-ins, planned: which clips a small imitation of a corpus has, as its entry says.

Emotions, sentences and genders come from the corpus's spec, so that nothing is said twice.
"""

import hashlib
import itertools
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Literal

import numpy as np
from pydantic import BaseModel, ConfigDict

from demo.containers import Channels, Format
from demo.entry import Count, StandIn, choose
from demo.voices import Manner, Voice, load_manners
from pipeline.common.errors import UsageError
from pipeline.labels import six_class_name
from pipeline.specs.corpus_spec import CorpusSpec
from pipeline.specs.emotion_scheme import emotion_scheme

Content = Literal["speech", "silence", "lfs_pointer"]
Place = tuple[str, str]
"""Path of a clip's file, and its name in there, where a recording holds several."""


class Clip(BaseModel):
    """A clip to be spoken.

    Attributes:
        path: Below the corpus root, ``/``-separated.
        start: First moment in a recording of several clips, in s; None for a file of its own.
        slot: Length of the clip in such a recording, in s.
        speaker: The corpus's own id.
        gender: female or male.
        code: The corpus's own label.
        emotion: Category of ``emotions.yaml``; None where the spec leaves the label out.
        sentence: What is said.
        fields: Every field of the clip, for its name and for tables.
        voice: The speaker's.
        manner: The emotion's.
        seed: Of everything random about the clip.
        rate: Sampling rate in Hz.
        channels: One, two with the same samples, or two that differ.
        format: How the samples are stored, whatever the suffix of the path.
        offset: Constant offset as a fraction of full scale.
        content: What lies in the file.
        same_as: Path of the clip whose bytes this one repeats; empty for a clip of its own.
        excluded: The spec's reason for leaving the clip out; empty where it does not.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    path: str
    start: float | None
    slot: float
    speaker: str
    gender: str
    code: str
    emotion: str | None
    sentence: str
    fields: Mapping[str, str]
    voice: Voice
    manner: Manner
    seed: int
    rate: int
    channels: Channels
    format: Format
    offset: float
    content: Content
    same_as: str
    excluded: str


def plan_standin(entry: StandIn, spec: CorpusSpec, clips: int | None = None) -> list[Clip]:
    """Plans the clips of a stand-in.

    Speakers and emotions take turns, so that any number of clips is spread evenly over both.

    Args:
        entry: How the stand-in is spoken and stored.
        spec: The corpus it stands for.
        clips: How many; by default as many as the entry says.

    Returns:
        Clips, sorted by path; those of one recording in their order.

    Raises:
        UsageError: The entry does not give as many different names.
    """
    wanted = entry.clips if clips is None else clips
    planned: dict[Place, dict[str, str]] = {}
    counts: dict[str, int] = {}
    asked = [{**_basics(entry, spec, clip), **clip} for clip in entry.always][:wanted]
    for basics in itertools.chain(asked, _turns(entry, spec)):
        if len(planned) == wanted:
            break
        for fields in _complete(entry, basics, counts):
            place = entry.path.format_map(fields), entry.segment.format_map(fields)
            if place not in planned:
                planned[place] = fields
                _count(entry, fields, counts)
                break
    if len(planned) < wanted:
        raise UsageError(
            f"the stand-in of {spec.id} has names for {len(planned)} clips, asked for {wanted}: "
            "give it more `texts`, `speakers` or values in `fields`"
        )
    return [
        _clip(entry, spec, path, planned[place], number * entry.slot if entry.segment else None)
        for path, places in itertools.groupby(sorted(planned), key=lambda place: place[0])
        for number, place in enumerate(places)
    ]


def _turns(entry: StandIn, spec: CorpusSpec) -> Iterator[dict[str, str]]:
    """Speaker, emotion and text of one clip after another, until every combination was there."""
    speakers, texts = list(entry.speakers), list(_texts(entry, spec))
    codes = entry.emotions or list(spec.emotions)
    cycle = np.lcm(len(speakers), len(codes))
    pairs = len(speakers) * len(codes)
    rounds = 20 * len(texts)  # enough for every value of the other fields
    for turn in range(pairs * rounds):
        speaker = speakers[turn % len(speakers)]
        code = codes[(turn + turn // cycle) % len(codes)]
        first = _seed(spec.id, speaker, code)
        text = texts[(first + turn // pairs) % len(texts)]
        yield _basics(entry, spec, {"speaker": speaker, "emotion": code, "text": text})


def _basics(entry: StandIn, spec: CorpusSpec, clip: Mapping[str, str]) -> dict[str, str]:
    """Fields that every clip has."""
    speaker, code, text = clip["speaker"], clip["emotion"], clip["text"]
    return {
        "speaker": speaker,
        "gender": "female" if entry.speakers[speaker].startswith("f") else "male",
        "emotion": code,
        "category": spec.emotions.get(code, "neutral"),  # labels left out sound neutral
        "text": text,
        "sentence": _texts(entry, spec).get(text, text),
    }


def _texts(entry: StandIn, spec: CorpusSpec) -> Mapping[str, str]:
    """Sentences by code."""
    if isinstance(entry.texts, dict):
        return entry.texts
    return {code: spec.texts.get(code, code) for code in entry.texts or spec.texts}


def _complete(
    entry: StandIn, basics: dict[str, str], counts: Mapping[str, int]
) -> Iterator[dict[str, str]]:
    """The clip with the entry's own fields, once for each combination of their values."""

    def add(fields: dict[str, str], names: Sequence[str]) -> Iterator[dict[str, str]]:
        if not names:
            yield fields
            return
        name, rest = names[0], names[1:]
        for value in [fields[name]] if name in fields else _values(entry, name, fields, counts):
            yield from add({**fields, name: value.format_map(fields)}, rest)

    return add(basics, list(entry.fields))


def _values(
    entry: StandIn, name: str, fields: Mapping[str, str], counts: Mapping[str, int]
) -> Sequence[str]:
    """Values that a field may take, in an order of the clip's own."""
    field = entry.fields[name]
    if isinstance(field, Count):
        return [str(counts.get(f"{name}:{field.count.format_map(fields)}", 0) + 1)]
    values = (
        [field] if isinstance(field, str) else field if isinstance(field, list) else field(fields)
    )
    first = _seed(name, *fields.values()) % max(len(values), 1)
    return [*values[first:], *values[:first]]


def _count(entry: StandIn, fields: Mapping[str, str], counts: dict[str, int]) -> None:
    for name, field in entry.fields.items():
        if isinstance(field, Count):
            key = f"{name}:{field.count.format_map(fields)}"
            counts[key] = counts.get(key, 0) + 1


def _times(entry: StandIn, spec: CorpusSpec, start: float) -> dict[str, str]:
    """Where a clip lies in its recording, as the corpus's tables count it: in s, or in samples."""
    moments = {"start": start, "end": start + entry.slot, "duration": entry.slot}
    unit = spec.sample_times or 1
    return {name: f"{moment * unit:.10g}" for name, moment in moments.items()}


def _clip(
    entry: StandIn, spec: CorpusSpec, path: str, fields: dict[str, str], start: float | None
) -> Clip:
    speaker, emotion = fields["speaker"], fields["category"]
    named = {
        **fields,
        **({} if start is None else _times(entry, spec, start)),
        "path": path,
        "name": PurePosixPath(path).name,
        "stem": PurePosixPath(path).stem,
    }
    manners = load_manners()
    class_name = six_class_name(emotion, spec, emotion_scheme()) or "low_neutral"
    manner = manners.get(emotion) or manners[class_name]
    voice = Voice(choose(entry.language, named), entry.speakers[speaker])
    stored = {
        "rate": choose(entry.rate, named),
        "channels": choose(entry.channels, named),
        "format": choose(entry.format, named),
        "offset": choose(entry.offset, named) or "0",
        "content": choose(entry.content, named) or "speech",
        "same_as": choose(entry.same_as, named),
        "excluded": choose(entry.excluded, named),
    }
    return Clip.model_validate(
        {
            "path": path,
            "start": start,
            "slot": entry.slot,
            "speaker": speaker,
            "gender": fields["gender"],
            "code": fields["emotion"],
            "emotion": spec.emotions.get(fields["emotion"]),
            "sentence": entry.say.format_map(named),
            "fields": named,
            "voice": voice.of_speaker(np.random.default_rng(_seed(spec.id, speaker))),
            "manner": manner.scaled(float(choose(entry.strength, named) or 1)),
            "seed": _seed(spec.id, path, *([] if start is None else [str(start)])),
            **stored,
        }
    )


def _seed(*words: str) -> int:
    return int.from_bytes(hashlib.blake2b("\0".join(words).encode(), digest_size=6).digest(), "big")
