"""Synthetic voices: one utterance, spoken in a language, by a speaker, in the manner of an emotion.

eSpeak NG speaks; rate, pitch and range are its own, loudness and voice quality are laid over. Each
utterance is spoken in a process of its own (why: :mod:`demo.espeak`), so the same call always gives
the same samples.
"""

import importlib.util
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Annotated

import numpy as np
import soxr
from pydantic import BaseModel, ConfigDict, Field, RootModel

from demo import effects, espeak
from demo.effects import Samples
from pipeline.common.errors import UsageError
from pipeline.common.extras import install_command
from pipeline.specs.yaml_reader import load_yaml

_WORDS_A_MINUTE = 160
_VOLUME = 100  # of eSpeak NG; louder ones clip
_NEUTRAL_LEVEL = 10 ** (-30 / 20)  # RMS of a neutral clip: −30 dBFS, which leaves room for anger
_PEAK = 10 ** (-1 / 20)  # no clip peaks above −1 dBFS
_SPEAKING_TIME = 60.0  # s; an utterance takes some 30 ms


class Manner(BaseModel):
    """What an emotion changes in a neutral voice.

    Attributes:
        rate: Factor on the words a minute.
        pitch: Semitones above the speaker's own, −12 to 12; eSpeak NG does about three quarters.
        range: Factor on the speaker's own pitch range in Hz; 0 is monotone, 2 the most.
        loudness: dB above the speaker's own.
        tilt: dB an octave; above 0 is brighter.
        breath: Noise relative to the voice, in [0, 1].
        tremor: In [0, 1].
        roughness: In [0, 1].
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    rate: Annotated[float, Field(gt=0)] = 1.0
    pitch: float = 0.0
    range: Annotated[float, Field(ge=0, le=2)] = 1.0
    loudness: float = 0.0
    tilt: float = 0.0
    breath: Annotated[float, Field(ge=0, le=1)] = 0.0
    tremor: Annotated[float, Field(ge=0, le=1)] = 0.0
    roughness: Annotated[float, Field(ge=0, le=1)] = 0.0

    def scaled(self, strength: float) -> "Manner":
        """The same manner, weaker (``strength`` below 1) or stronger (above)."""
        return Manner(
            rate=self.rate**strength,
            pitch=self.pitch * strength,
            range=min(self.range**strength, 2.0),
            loudness=self.loudness * strength,
            tilt=self.tilt * strength,
            breath=min(self.breath * strength, 1.0),
            tremor=min(self.tremor * strength, 1.0),
            roughness=min(self.roughness * strength, 1.0),
        )

    def varied(self, rng: np.random.Generator) -> "Manner":
        """The same manner, as it comes out on one occasion."""
        return Manner(
            rate=self.rate * rng.uniform(0.93, 1.07),
            pitch=self.pitch + rng.uniform(-1.0, 1.0),
            range=min(self.range * rng.uniform(0.85, 1.15), 2.0),
            loudness=self.loudness + rng.uniform(-2.0, 2.0),
            tilt=self.tilt + rng.uniform(-1.0, 1.0),
            breath=self.breath * rng.uniform(0.6, 1.0),
            tremor=self.tremor * rng.uniform(0.6, 1.0),
            roughness=self.roughness * rng.uniform(0.6, 1.0),
        )


class _Manners(RootModel[dict[str, Manner]]):
    pass


@cache
def load_manners() -> Mapping[str, Manner]:
    """How emotions sound, by category and by six-class name: ``demo/manners.yaml``."""
    return load_yaml(Path(__file__).with_name("manners.yaml"), _Manners).root


@dataclass(frozen=True)
class Voice:
    """A synthetic speaker.

    Attributes:
        language: Of eSpeak NG, such as ``de`` or ``en-us``.
        variant: Of eSpeak NG, such as ``f2`` or ``m3``.
        rate: Factor on the words a minute.
        pitch: Semitones above the variant's own.
        tilt: dB an octave.
    """

    language: str
    variant: str
    rate: float = 1.0
    pitch: float = 0.0
    tilt: float = 0.0

    def of_speaker(self, rng: np.random.Generator) -> "Voice":
        """The voice as one speaker has it: a little higher or lower, faster or slower."""
        return replace(
            self,
            rate=self.rate * rng.uniform(0.94, 1.06),
            pitch=self.pitch + rng.uniform(-1.5, 1.5),
            tilt=self.tilt + rng.uniform(-0.7, 0.7),
        )


def require_voices() -> None:
    """Checks that the voice library is installed.

    Raises:
        UsageError: It is not; says how to install it.
    """
    if importlib.util.find_spec("espeakng_loader") is None:
        raise UsageError(
            "the demonstration speaks with eSpeak NG, which is not installed: "
            f"{install_command('demo')}"
        )


def speak(text: str, voice: Voice, manner: Manner, seed: int, sample_rate: int) -> Samples:
    """Speaks one utterance, as a microphone in a quiet room would record it.

    Args:
        text: In the language of the voice.
        voice: The speaker.
        manner: What the emotion changes.
        seed: Varies the manner, the voice and the room a little.
        sample_rate: Of the result, in Hz.

    Returns:
        Mono samples of shape ``(samples,)``, peak at −1 dBFS at most. The same for the same
        arguments.

    Raises:
        UsageError: The voice library is missing, or has no such voice.
    """
    rng = np.random.default_rng(seed)
    manner = manner.varied(rng)
    samples, rate = synthesize(text, voice, manner, seed)
    if manner.tremor:
        samples = effects.tremble(samples, rate, manner.tremor, rng)
    if manner.roughness:
        samples = effects.roughen(samples, rate, manner.roughness, rng)
    if manner.breath:
        samples = effects.breathe(samples, rate, manner.breath, rng)
    samples = effects.tilt(samples, rate, voice.tilt + manner.tilt)
    level = np.sqrt(np.mean(samples**2))
    lead, tail = rng.uniform(0.03, 0.15, 2)
    samples = np.pad(samples, (round(lead * rate), round(tail * rate)))
    # The room is as loud relative to the voice for every emotion: it must not give a class away.
    samples += level * 10 ** (rng.uniform(-55, -45) / 20) * rng.standard_normal(len(samples))
    samples *= _NEUTRAL_LEVEL * 10 ** (manner.loudness / 20) / level
    recorded: Samples = soxr.resample(samples, rate, sample_rate)
    return recorded * min(1.0, _PEAK / float(np.abs(recorded).max()))


def synthesize(text: str, voice: Voice, manner: Manner, seed: int) -> tuple[Samples, int]:
    """What eSpeak NG alone makes of an utterance, in a process of its own.

    Returns:
        Mono samples of shape ``(samples,)`` in [−1, 1), and their rate in Hz.

    Raises:
        UsageError: The voice library is missing, or has no such voice.
    """
    library, data = _library()
    name = f"{voice.language}+{voice.variant}"
    rate = _clip(_WORDS_A_MINUTE * voice.rate * manner.rate, 80, 450)
    pitch = _clip(50 + 50 / 12 * (voice.pitch + manner.pitch), 0, 100)
    pitch_range = _clip(50 * manner.range, 0, 100)
    numbers = [rate, _VOLUME, pitch, pitch_range, seed % 2**31]
    done = subprocess.run(
        [sys.executable, "-I", "-S", espeak.__file__, library, data, name, *map(str, numbers)],
        input=text.encode(),
        capture_output=True,
        timeout=_SPEAKING_TIME,
        check=False,
    )
    if done.returncode != 0:
        reason = done.stderr.decode(errors="replace").strip() or f"exit status {done.returncode}"
        raise UsageError(f"can't speak {text!r} with the voice {name!r}: {reason}")
    sample_rate = int.from_bytes(done.stdout[:4], sys.byteorder)
    return np.frombuffer(done.stdout[4:], np.int16) / 32768, sample_rate


@cache
def _library() -> tuple[str, str]:
    require_voices()
    import espeakng_loader

    return str(espeakng_loader.get_library_path()), str(espeakng_loader.get_data_path())


def _clip(value: float, lowest: int, highest: int) -> int:
    return round(min(max(value, lowest), highest))
