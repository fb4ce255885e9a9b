"""Babble: synthetic speech in which every moment is unlike the others, as in real recordings."""

import numpy as np

RATE = 16_000


def babble(seconds: float, seed: int) -> np.ndarray:
    """Harmonics of a wandering pitch through wandering formants; int16 ``(samples,)``."""
    dice = np.random.default_rng(seed)
    length = round(seconds * RATE)

    def wander(low: float, high: float) -> np.ndarray:
        points = dice.uniform(low, high, max(2, round(seconds * 8)))
        return np.interp(np.linspace(0, len(points) - 1, length), np.arange(len(points)), points)

    pitch = wander(90, 260)
    formants = [wander(*bounds) for bounds in ((300, 900), (900, 1600), (1600, 2600))]
    phase = 2 * np.pi * np.cumsum(pitch) / RATE
    sound = np.zeros(length)
    for number in range(1, 20):
        strength = sum(np.exp(-(((number * pitch - formant) / 150) ** 2)) for formant in formants)
        sound += (strength + 0.02) * np.sin(number * phase)
    sound *= wander(0.2, 1.0)
    return (20_000 * sound / np.abs(sound).max()).astype(np.int16)
