"""Clips that a page holds: short, small, and playable in any browser."""

import base64
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import soundfile

WithAudio = Literal["all", "redistributable", "none"]
"""Corpora whose clips a page plays: all, those whose terms let them be passed on, or none."""

LONGEST = 6.0
"""Seconds of a clip that a page holds at most; of longer ones it holds the beginning."""

_SHORTEST = 2.0
"""Seconds of a clip that it holds at least."""

_QUALITY = 0.7
"""Quality of MP3 at a variable rate, from 0 (best) to 1."""

_A_SECOND = 6_200
"""Bytes of a second of speech at this quality, as base64, at most; on average 4,700."""


@dataclass(frozen=True)
class PageClip:
    """A clip on a page.

    Attributes:
        id: Id of the utterance.
        corpus: Id of the corpus.
        facts: Facts shown with the clip, such as ``train`` or ``3.2 s``; the first is its headline.
        keys: Values to filter by, such as ``emotion`` → ``anger``.
        text: What is said; empty where unknown.
        audio: MP3 as base64; empty where it may not be heard.
    """

    id: str
    corpus: str
    facts: Sequence[str]
    keys: dict[str, str]
    text: str
    audio: str


def seconds_each(durations: Iterable[float], most: int) -> float:
    """Seconds of each clip that a page holds, fewer where many long clips would make it too large.

    Args:
        durations: Durations of all clips of the page, in s.
        most: Bytes for all of them.
    """
    lengths = list(durations)
    seconds = LONGEST
    while seconds > _SHORTEST and sum(min(one, seconds) for one in lengths) * _A_SECOND > most:
        seconds -= 0.5
    return seconds


def encode_excerpt(content: bytes, seconds: float = LONGEST) -> str:
    """A clip for a page: its first seconds as MP3, as base64.

    Args:
        content: A file of audio.
        seconds: Longest excerpt, in s.
    """
    with soundfile.SoundFile(io.BytesIO(content)) as file:
        rate = file.samplerate
        samples = file.read(round(seconds * rate), dtype="float32")
    sink = io.BytesIO()
    soundfile.write(
        sink,
        samples,
        rate,
        format="MP3",
        subtype="MPEG_LAYER_III",
        bitrate_mode="VARIABLE",
        compression_level=_QUALITY,
    )
    return base64.b64encode(sink.getvalue()).decode()
