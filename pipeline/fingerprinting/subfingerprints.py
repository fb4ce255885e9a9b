"""Sub-fingerprints: 32 bits for every 12 ms of a clip, alike after lossy coding and other levels.

After Haitsma and Kalker, "A Highly Robust Audio Fingerprinting System", ISMIR 2002, section 4.2:
bit *b* of frame *t* says whether the difference between the energies of bands *b* and *b* + 1 grows
from frame *t* − 1 to frame *t*. The bands lie between 300 and 2000 Hz, which telephones and every
codec keep. Frames last 0.19 s here, where theirs last 0.37 s: utterances are shorter than songs.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import soxr

from pipeline.schema.record import SAMPLE_RATE

RATE = SAMPLE_RATE / 3
"""Rate at which clips are analysed, in Hz."""

HOP = 64
"""Samples from one frame to the next."""

FRAME_SECONDS = HOP / RATE
"""Seconds from one frame to the next: 12 ms."""

_FRAME = 1024  # samples
_BANDS = 33
_LOWEST, _HIGHEST = 300.0, 2000.0  # Hz
_LOUD_DB = 30.0  # below the loudest frame: what is softer is breath and noise, and matches nothing
_TINY = 1e-9  # energy that keeps silence from being divided by
_AT_ONCE = 256  # frames of one transform, whose spectra stay in the processor's cache

Codes = npt.NDArray[np.uint32]
Mask = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.uint8]


class Subfingerprints(NamedTuple):
    """Sub-fingerprints of one clip.

    Attributes:
        codes: One a frame, shape ``(frames,)``; none of a clip shorter than 0.21 s.
        loud: Frames within 30 dB of the loudest, shape ``(frames,)``.
        weakest: The bit of every code that is the least certain, [0, 31], shape ``(frames,)``.
    """

    codes: Codes
    loud: Mask
    weakest: Numbers


EMPTY = Subfingerprints(np.zeros(0, np.uint32), np.zeros(0, np.bool_), np.zeros(0, np.uint8))
"""Fingerprint of a clip that is too short to have one."""


def subfingerprints(samples: npt.NDArray[np.int16]) -> Subfingerprints:
    """Sub-fingerprints of a clip.

    Args:
        samples: Mono, at 16 kHz, shape ``(frames,)``.
    """
    signal = soxr.resample(samples.astype(np.float32), SAMPLE_RATE, RATE, quality="LQ")
    if len(signal) < _FRAME + HOP:
        return EMPTY
    energies = _band_energies(signal)
    slopes = energies[:, :-1] - energies[:, 1:]
    growth = slopes[1:] - slopes[:-1]
    codes = np.packbits(growth > 0, axis=1, bitorder="little").view("<u4")[:, 0]
    level = energies[1:].sum(axis=1)
    sureness = np.abs(growth) / (energies[1:, :-1] + energies[1:, 1:] + _TINY)
    return Subfingerprints(
        codes.astype(np.uint32),
        level > level.max() * 10 ** (-_LOUD_DB / 10),
        np.argmin(sureness, axis=1).astype(np.uint8),
    )


def _band_energies(signal: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Energy of every band, shape ``(frames, bands)``."""
    import scipy.fft  # here, since a build loads this module and never asks for fingerprints

    frames = np.lib.stride_tricks.sliding_window_view(signal, _FRAME)[::HOP]
    parts = []
    for start in range(0, len(frames), _AT_ONCE):
        spectra = scipy.fft.rfft(frames[start : start + _AT_ONCE] * _WINDOW, axis=1)
        kept = spectra[:, _EDGES[0] : _EDGES[-1]]
        parts.append(np.add.reduceat(kept.real**2 + kept.imag**2, _EDGES[:-1] - _EDGES[0], axis=1))
    energies: npt.NDArray[np.float32] = np.concatenate(parts)
    return energies


_WINDOW = np.hanning(_FRAME).astype(np.float32)

_EDGES: npt.NDArray[np.int64] = np.ceil(
    np.geomspace(_LOWEST, _HIGHEST, _BANDS + 1) / (RATE / _FRAME)
).astype(np.int64)
"""First bin of every band, and the first above the highest; logarithmically spaced."""
