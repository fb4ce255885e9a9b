"""Processing: mix to mono, resample to 16 kHz with soxr's HQ, normalise.

Every function is pure: samples in, samples out. Inside, clips are changed in place: every further
array of a clip's size costs as much as a step of the arithmetic.
"""

import math
from dataclasses import dataclass
from typing import NoReturn

import numpy as np
import soxr

from pipeline.audio.options import Normalization
from pipeline.audio.recording import AudioError, Recording
from pipeline.schema.record import SAMPLE_RATE

PEAK = 10 ** (-1 / 20)
"""Peak after normalisation: −1 dBFS, as a fraction of full scale."""

QUIET_PEAK = 0.01
"""Clips that peak below −40 dBFS keep their level: amplified, their noise would be the loudest."""

RMS_TARGET = 10 ** (-23 / 20)
LOUDNESS_TARGET = -23.0  # LUFS, EBU R 128

LARGEST = 2.0**32
"""Float samples may be on the scale of 32-bit integers; values beyond it come from damage."""

SILENT_STEPS = 2
"""Clips whose stored samples span no more steps of 16 bits than this are silence."""

CHANNELS_CANCEL = (
    "the channels have opposite signs, so that their mean is silent (name the one that holds the "
    "speaker as `channel` in the spec)"
)

_FLOAT_CODECS = ("/FLOAT", "/DOUBLE", "/pcm_f32le", "/pcm_f32be", "/pcm_f64le", "/pcm_f64be")

DC_OFFSET = 0.005
"""Offsets above this fraction of full scale are flagged; every offset is removed."""


@dataclass(frozen=True, slots=True)
class ProcessedClip:
    """A clip ready to be stored.

    Attributes:
        samples: Shape ``(frames,)``, int16, at 16 kHz.
        gain_db: Gain that normalisation applied, in dB.
        flags: ``quiet``, ``clipped``, ``dc_offset``, ``upsampled``, and those of the recording:
            what users should know.
    """

    samples: np.ndarray
    gain_db: float
    flags: tuple[str, ...]

    @property
    def duration(self) -> float:
        """Length in s."""
        return len(self.samples) / SAMPLE_RATE


def process_recording(
    recording: Recording, normalize: Normalization = "peak", channel: int | None = None
) -> ProcessedClip:
    """Mixes to mono, removes the DC offset, resamples to 16 kHz and normalises.

    Args:
        recording: Recording, as decoded.
        normalize: ``peak`` to −1 dBFS, ``rms`` to −23 dBFS, ``loudness`` to −23 LUFS (ITU-R
            BS.1770; both without exceeding −1 dBFS), or ``none``.
        channel: The channel that holds the speaker; None for the mean of all.

    Returns:
        The clip, of exactly ``ceil(frames · 16000 / rate)`` samples.

    Raises:
        AudioError: There are no samples, nothing but silence would be stored, some are out of
            range or not numbers, or the channel does not exist.
    """
    voice = to_mono(recording.samples, channel)
    if not len(voice):
        raise AudioError("empty", "the file has no samples")
    lowest, highest = float(voice.min()), float(voice.max())
    if not max(-lowest, highest) <= LARGEST:  # False for NaN, too
        raise AudioError(
            "undecodable",
            f"sample values from {lowest:g} to {highest:g} are out of range: is the file damaged?",
        )
    if lowest == highest:
        _refuse_silent(recording, channel, f"all {len(voice)} samples are equal")
    full = _full_scale(recording.samples)
    flags = list(recording.flags)
    if _is_clipped(voice, max(-lowest, highest), full, recording.codec):
        flags.append("clipped")
    offset = _mean(voice)
    if abs(offset) > DC_OFFSET * full:
        flags.append("dc_offset")
    if recording.rate < SAMPLE_RATE:
        flags.append("upsampled")
    mono = voice.astype(np.float32)
    mono -= np.float32(offset)
    samples = resample(mono, recording.rate)
    peak = float(max(-samples.min(), samples.max())) / full
    gain, quiet = _gain(samples, full, peak, normalize)
    if quiet:
        flags.append("quiet")
    stored = _to_int16(samples, gain * 32768.0 / full, clip=gain * peak > 0.9999)
    if quiet and len(stored) > 2 and int(stored.max()) - int(stored.min()) <= SILENT_STEPS:
        _refuse_silent(recording, channel, "no sample is more than one step of 16 bits from zero")
    return ProcessedClip(stored, 20 * math.log10(gain), tuple(sorted(flags)))


def _refuse_silent(recording: Recording, channel: int | None, found: str) -> NoReturn:
    """Refuses a recording that would be stored as silence."""
    if channel is None and channels_cancel(recording.samples):
        found = CHANNELS_CANCEL
    raise AudioError("silent", f"{found}: digital silence")


def channels_cancel(samples: np.ndarray) -> bool:
    """Whether there is sound in the channels that is not in their mean.

    Args:
        samples: Shape ``(frames, channels)``; their mean is silent.
    """
    if samples.shape[1] < 2 or not len(samples):
        return False
    span = float((samples.max(axis=0).astype(np.float64) - samples.min(axis=0)).max())
    return span > SILENT_STEPS * _full_scale(samples) / 32768


def to_mono(samples: np.ndarray, channel: int | None = None) -> np.ndarray:
    """One channel, or the mean of all.

    Args:
        samples: Shape ``(frames, channels)``.
        channel: Index of the channel; None for the mean, as float32 if there are several.

    Returns:
        Shape ``(frames,)``, on the same scale.

    Raises:
        AudioError: The channel does not exist.
    """
    channels = samples.shape[1]
    if channel is not None and channel >= channels:
        raise AudioError("no_channel", f"the spec wants channel {channel}, the file has {channels}")
    if channel is not None or channels == 1:
        return samples[:, channel or 0]
    mono = samples[:, 0].astype(np.float32)  # by hand: four times as fast as mean(axis=1)
    for other in range(1, channels):
        mono += samples[:, other]
    mono *= np.float32(1 / channels)
    return mono


def resample(samples: np.ndarray, rate: int) -> np.ndarray:
    """Resamples mono float32 samples to 16 kHz with soxr HQ.

    Args:
        samples: Shape ``(frames,)``.
        rate: Their rate, in Hz.

    Returns:
        Shape ``(ceil(frames · 16000 / rate),)``.
    """
    if rate == SAMPLE_RATE:
        return samples
    frames = -(-len(samples) * SAMPLE_RATE // rate)
    resampled: np.ndarray = soxr.resample(samples, rate, SAMPLE_RATE, quality="HQ")[:frames]
    if len(resampled) == frames:
        return resampled
    padded = np.zeros(frames, resampled.dtype)  # by hand: np.pad takes ten times as long
    padded[: len(resampled)] = resampled
    return padded


def _to_int16(samples: np.ndarray, factor: float, clip: bool) -> np.ndarray:
    """Amplified samples as int16, shape ``(frames,)``; overwrites what it is given."""
    samples *= np.float32(factor)
    np.rint(samples, out=samples)
    if clip:
        np.clip(samples, -32768, 32767, out=samples)
    return samples.astype(np.int16)


def _full_scale(samples: np.ndarray) -> float:
    """The value of full scale: int16 keeps its own scale, which saves a pass."""
    return 32768.0 if samples.dtype == np.int16 else 1.0


def _is_clipped(voice: np.ndarray, peak: float, full: float, codec: str) -> bool:
    """Whether some samples stand at full scale, or beyond it where the encoding loses detail.

    Float samples may exceed full scale without any harm.
    """
    if peak < 0.9999 * full or (peak > 1.0001 * full and codec.endswith(_FLOAT_CODECS)):
        return False
    return _count_beyond(voice, 0.9999 * full) > 2


def _count_beyond(samples: np.ndarray, level: float) -> int:
    """Samples at or beyond a level, on either side."""
    return int(np.count_nonzero(samples >= level) + np.count_nonzero(samples <= -level))


def _mean(samples: np.ndarray) -> float:
    """The mean, exact for int16; those are summed in blocks that int32, twice as fast, can hold."""
    if samples.dtype != np.int16:
        return float(samples.mean(dtype=np.float64))
    blocks = (samples[start : start + 65_536] for start in range(0, len(samples), 65_536))
    return sum(int(np.add.reduce(block, dtype=np.int32)) for block in blocks) / len(samples)


def _gain(
    samples: np.ndarray, full: float, peak: float, normalize: Normalization
) -> tuple[float, bool]:
    """Gain as a factor, and whether the clip is too quiet to be amplified.

    Args:
        samples: Float32, ``(frames,)``.
        full: The value of full scale.
        peak: Theirs, as a fraction of full scale.
        normalize: Normalisation, as for :func:`process_recording`.
    """
    if normalize == "none" or peak <= 0.0:
        return 1.0, peak < QUIET_PEAK
    if peak < QUIET_PEAK:
        return 1.0, True
    loudest = PEAK / peak
    if normalize == "peak":
        return loudest, False
    level = samples / np.float32(full)
    if normalize == "rms":
        return min(RMS_TARGET / float(np.sqrt(np.mean(np.square(level)))), loudest), False
    return min(10 ** ((LOUDNESS_TARGET - _loudness(level)) / 20), loudest), False


def _loudness(samples: np.ndarray) -> float:
    """Integrated loudness in LUFS (ITU-R BS.1770); shorter clips are measured in one block."""
    import pyloudnorm

    block = min(0.400, (len(samples) - 1) / SAMPLE_RATE)
    meter = pyloudnorm.Meter(SAMPLE_RATE, block_size=block)
    loudness = float(meter.integrated_loudness(samples))
    return loudness if math.isfinite(loudness) else LOUDNESS_TARGET
