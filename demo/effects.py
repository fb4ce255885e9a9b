"""What emotion does to a voice beyond its melody and tempo: effort, breath, tremor, roughness.

Every function takes mono samples of shape ``(samples,)``, full scale at ±1, and returns new ones.
"""

import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.float64]

_TREMOR = 6.5  # Hz, the rate of a trembling voice
_ROUGHNESS = 55.0  # Hz; roughness is heard at 30 to 150 Hz (Arnal et al., Current Biology 2015)


def tilt(samples: Samples, rate: int, slope: float) -> Samples:
    """Tilts the spectrum about 1 kHz, as vocal effort does.

    Args:
        samples: Mono.
        rate: In Hz.
        slope: In dB an octave, between 200 Hz and 6 kHz; above 0 is brighter.
    """
    length = 1 << (len(samples) - 1).bit_length()
    frequencies = np.fft.rfftfreq(length, 1 / rate)
    octaves = np.log2(np.clip(frequencies, 200.0, 6000.0) / 1000.0)
    spectrum = np.fft.rfft(samples, length) * 10 ** (slope * octaves / 20)
    return np.fft.irfft(spectrum, length)[: len(samples)]


def tremble(samples: Samples, rate: int, depth: float, rng: np.random.Generator) -> Samples:
    """Makes pitch and level waver at about 6 Hz.

    Args:
        samples: Mono.
        rate: In Hz.
        depth: In [0, 1]; 1 is ±1 semitone and ±50 % of the level.
        rng: Draws phase and rate.
    """
    time = np.arange(len(samples)) / rate
    angular = 2 * np.pi * _TREMOR * rng.uniform(0.85, 1.15)
    phase = rng.uniform(0, 2 * np.pi)
    semitone = 2 ** (depth / 12) - 1
    warped = time + semitone / angular * np.sin(angular * time + phase)  # slope 1 ± semitone
    swayed = np.interp(warped, time, samples)
    return swayed * (1 + 0.5 * depth * np.sin(angular * time + phase))


def roughen(samples: Samples, rate: int, depth: float, rng: np.random.Generator) -> Samples:
    """Modulates the level at about 55 Hz: heard as a harsh voice.

    Args:
        samples: Mono.
        rate: In Hz.
        depth: In [0, 1].
        rng: Draws phase and rate.
    """
    time = np.arange(len(samples)) / rate
    angular = 2 * np.pi * _ROUGHNESS * rng.uniform(0.8, 1.2)
    return samples * (1 - 0.5 * depth * (1 + np.sin(angular * time + rng.uniform(0, 2 * np.pi))))


def breathe(samples: Samples, rate: int, share: float, rng: np.random.Generator) -> Samples:
    """Adds breath: bright noise that follows the level of the voice.

    Args:
        samples: Mono.
        rate: In Hz.
        share: Level of the noise relative to the voice, in [0, 1].
        rng: Draws the noise.
    """
    noise = np.diff(rng.standard_normal(len(samples) + 1))  # +6 dB an octave
    window = max(1, round(0.02 * rate))
    energy = np.cumsum(np.pad(samples**2, (window, 0)))
    level = np.sqrt((energy[window:] - energy[:-window]).clip(0) / window)
    breath: Samples = share * level * noise / np.sqrt(2)
    return samples + breath
