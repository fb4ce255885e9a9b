"""A corpus tree of synthetic speech to measure builds on: any number of files, any container."""

import zlib
from pathlib import Path

import numpy as np
import soundfile

SPEC = """
id: babble
name: Synthetic babble of the benchmarks
languages: [en]
kind: acted
licence: {name: CC0-1.0, redistribute: true}
access: {how: open}
citation: none
audio: "*/*.*"
path: '(?P<speaker>s\\d+)_(?P<emotion>[a-z]+)_(?P<take>\\d+)\\.\\w+$'
emotions: {ang: anger, hap: happiness, neu: neutral, sad: sadness}
splits: {by: speaker}
expected: {source: this benchmark}
"""

RATES = (16_000,) * 7 + (22_050,) * 4 + (24_000,) * 2 + (44_100,) * 4 + (48_000,) * 3
"""35 % of the files need no resampling, the others come at the rates that corpora have."""

SUBTYPES = {"wav": "PCM_16", "flac": "PCM_16", "mp3": "MPEG_LAYER_III"}
SECONDS = (1.0, 4.7)
"""Shortest and longest clip; 2.85 s on average, as in EmoSet++."""


def write_tree(root: Path, files: int, container: str = "wav") -> None:
    """Writes a corpus of so many different clips; those that are there already stay.

    Args:
        root: Folder of the corpus; its spec is written beside it, as ``babble.yaml``.
        files: Number of clips.
        container: ``wav``, ``flac``, ``mp3``, or ``mixed`` for all three in turn.
    """
    root.mkdir(parents=True, exist_ok=True)
    root.with_name("babble.yaml").write_text(SPEC)
    sources = {rate: babble(rate) for rate in set(RATES)}
    for number in range(files):
        rate = RATES[number * 7 % len(RATES)]
        suffix = sorted(SUBTYPES)[number % 3] if container == "mixed" else container
        speaker = f"s{number // 400:04d}"
        emotion = ("ang", "hap", "neu", "sad")[number % 4]
        path = root / speaker / f"{speaker}_{emotion}_{number:07d}.{suffix}"
        if path.exists():
            continue
        path.parent.mkdir(exist_ok=True)
        dice = np.random.default_rng(zlib.crc32(path.stem.encode()))
        length = round(dice.uniform(*SECONDS) * rate)
        start = dice.integers(len(sources[rate]) - length)
        clip = sources[rate][start : start + length] * dice.uniform(0.3, 1.0)
        if number % 10 == 0:
            clip = np.stack([clip, 0.5 * clip], axis=1)
        soundfile.write(path, clip, rate, subtype=SUBTYPES[suffix])


def babble(rate: int, seconds: float = 60.0) -> np.ndarray:
    """Harmonics of a wandering pitch in syllables, and breath: compresses about as speech does."""
    dice = np.random.default_rng(rate)
    time = np.arange(round(seconds * rate)) / rate
    pitch = 150 + 40 * np.sin(2 * np.pi * 0.3 * time) + 20 * np.sin(2 * np.pi * 1.7 * time)
    phase = 2 * np.pi * np.cumsum(pitch) / rate
    voice = sum(np.sin(k * phase) / k for k in range(1, 20))
    syllables = np.clip(np.sin(2 * np.pi * 2.1 * time) + 0.3, 0, None)
    noise = dice.standard_normal(len(time))
    sound = voice * syllables + 0.05 * noise * (0.2 + syllables)
    return (0.5 * sound / np.abs(sound).max()).astype(np.float32)
