"""How stand-ins are stored: every form decodes to what was spoken, and gives the same bytes."""

import io
from typing import get_args

import numpy as np
import pytest
import soundfile

from demo.containers import Format, store
from pipeline.audio.decoder import decode

RATE = 16_000
TONE = 0.4 * np.sin(2 * np.pi * 440 * np.arange(RATE) / RATE)


def energy_at(samples: np.ndarray, hertz: float) -> float:
    """Share of the energy within 5 Hz of a frequency."""
    power = np.abs(np.fft.rfft(samples)) ** 2
    near = np.abs(np.fft.rfftfreq(len(samples), 1 / RATE) - hertz) < 5
    return float(power[near].sum() / power.sum())


@pytest.mark.parametrize("form", get_args(Format))
def test_every_form_decodes_to_what_was_spoken(form: Format) -> None:
    recording = decode(store(TONE, RATE, "mono", form))
    assert recording.rate == RATE
    samples = recording.samples if recording.samples.ndim == 1 else recording.samples[:, 0]
    assert len(samples) / RATE == pytest.approx(1, abs=0.2)
    assert energy_at(samples, 440) > 0.95


@pytest.mark.parametrize("form", get_args(Format))
def test_the_same_samples_give_the_same_bytes(form: Format) -> None:
    assert store(TONE, RATE, "dual", form) == store(TONE, RATE, "dual", form)


def test_channels_are_one_two_alike_or_two_that_differ() -> None:
    def channels(kind: str) -> np.ndarray:
        content = store(TONE, RATE, kind, "WAV")
        return soundfile.read(io.BytesIO(content), always_2d=True)[0]

    assert channels("mono").shape[1] == 1
    left, right = channels("dual").T
    np.testing.assert_array_equal(left, right)
    left, right = channels("stereo").T
    assert np.abs(right).max() == pytest.approx(0.89 * np.abs(left).max(), rel=0.01)
    assert not np.any(right[:3])  # it comes later
