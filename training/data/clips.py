"""One stored clip: its samples, the crop of it that is trained on, the form the model takes."""

from random import Random
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import soxr

from pipeline.audio.decoder import decode
from pipeline.audio.recording import AudioError
from pipeline.common.errors import DataError
from pipeline.schema.record import SAMPLE_RATE

Samples = npt.NDArray[np.float32]

MIN_SAMPLES = 400
"""Samples behind one frame of HuBERT's feature encoder (25 ms): shorter clips are padded to it."""


def decode_clip(
    encoded: bytes, shard: str, name: str, first: int = 0, last: int | None = None
) -> Samples:
    """Samples ``first`` to ``last`` of a clip as `exhubert build` stores it, in [−1, 1].

    Of a long clip little more than the part is decoded.

    Args:
        encoded: The FLAC or WAV file.
        shard: The file that holds it, for messages.
        name: Which utterance it is, for messages.
        first: First sample wanted.
        last: The sample after the last one wanted; None for all that follow.

    Raises:
        DataError: It cannot be decoded, has no such part, or is not mono at 16 kHz.

    Returns:
        Float32 ``(samples,)``.
    """
    try:
        recording = decode(
            encoded,
            start=first / SAMPLE_RATE if first else None,
            end=None if last is None else last / SAMPLE_RATE,
        )
    except AudioError as error:
        raise DataError(f"{shard}: cannot decode {name!r}: {error}") from error
    if recording.rate != SAMPLE_RATE or recording.channels != 1:
        raise DataError(
            f"{shard}: {name!r} has {recording.channels} channels at {recording.rate} Hz: "
            f"expected mono at {SAMPLE_RATE} Hz, as `exhubert build` writes it"
        )
    stored = recording.samples[:, 0]
    samples: Samples = stored.astype(np.float32)
    if stored.dtype == np.int16:
        samples *= np.float32(1 / 32768)
    return samples


class Crop(NamedTuple):
    """Part of a clip, ``first`` to before ``last``, played at ``speed`` times its own speed."""

    first: int
    last: int
    speed: float


def choose_crop(frames: int, width: int, numbers: Random, spread: float = 0.0) -> Crop:
    """A random part that lasts at most ``width`` samples when played at its speed.

    Args:
        frames: Samples of the whole clip.
        width: In samples.
        numbers: Source of randomness.
        spread: The speed is within this of 1.
    """
    speed = numbers.uniform(1 - spread, 1 + spread)
    taken = min(frames, round(width * speed))
    first = numbers.randrange(frames - taken + 1)
    return Crop(first, first + taken, speed)


def change_speed(samples: Samples, speed: float, width: int) -> Samples:
    """Plays a crop at another speed; the pitch changes with it, as for another speaker.

    Args:
        samples: Float32 ``(samples,)``, at 16 kHz.
        speed: As a factor.
        width: Samples to return at most.

    Returns:
        Float32, about ``samples / speed`` long.
    """
    if speed == 1:
        return samples
    played: Samples = soxr.resample(samples, SAMPLE_RATE * speed, SAMPLE_RATE, quality="LQ")
    return played[:width]


def normalize_input(samples: Samples) -> Samples:
    """Zero mean and unit variance, and at least :data:`MIN_SAMPLES` long.

    The same as ``Wav2Vec2FeatureExtractor(do_normalize=True)`` gives, over the clip alone and
    never over its padding. Silence stays silence.

    Args:
        samples: Float32 ``(samples,)``, at 16 kHz.
    """
    if not len(samples):
        return np.zeros(MIN_SAMPLES, np.float32)
    scaled = samples - samples.mean(dtype=np.float32)
    power = np.einsum("i,i", scaled, scaled) / np.float32(len(scaled))  # in one pass
    scaled *= 1 / np.sqrt(power + np.float32(1e-7))
    missing = MIN_SAMPLES - len(scaled)
    return np.pad(scaled, (0, missing)) if missing > 0 else scaled
