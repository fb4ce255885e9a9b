import math

import librosa
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.audio.decoder import decode
from pipeline.audio.processing import PEAK, process_recording, resample
from pipeline.audio.recording import AudioError, Recording
from tests.conftest import tone
from tests.support.audio import stored

RATES = [8_000, 11_025, 16_000, 22_050, 24_000, 24_414, 44_100, 48_000, 96_000]


def problem(content: bytes, **how: float) -> str:
    with pytest.raises(AudioError) as error:
        process_recording(decode(content, **how))
    assert error.value.detail
    return error.value.reason


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 5_000), st.sampled_from(RATES), st.integers(1, 3))
def test_length_is_exact_at_every_rate(frames: int, rate: int, channels: int) -> None:
    noise = np.random.default_rng(frames).uniform(-0.5, 0.5, (frames + 1, channels))
    clip = process_recording(decode(stored(noise, rate)))
    assert len(clip.samples) == math.ceil((frames + 1) * 16_000 / rate)
    assert clip.samples.dtype == np.int16


@pytest.mark.parametrize("rate", RATES)
def test_resampling_is_librosas_to_the_bit(rate: int) -> None:
    samples = tone(300, 0.7, rate).astype(np.float32)
    reference = librosa.resample(samples, orig_sr=rate, target_sr=16_000, res_type="soxr_hq")
    np.testing.assert_array_equal(resample(samples, rate), reference)


def test_channels_are_mixed_or_chosen() -> None:
    both = np.stack([tone(400), 0.1 * tone(400)], axis=1)
    mixed = process_recording(decode(stored(both)), "none").samples
    chosen = process_recording(decode(stored(both)), "none", channel=1).samples
    assert np.abs(mixed).max() == pytest.approx(0.275 * 32768, rel=0.05)
    assert np.abs(chosen).max() == pytest.approx(0.05 * 32768, rel=0.05)
    with pytest.raises(AudioError, match="the spec wants channel 2, the file has 2"):
        process_recording(decode(stored(both)), channel=2)


def test_offset_is_removed_and_flagged() -> None:
    clip = process_recording(decode(stored(tone() + 0.06)))
    assert "dc_offset" in clip.flags
    assert abs(clip.samples.astype(float).mean()) < 2


@given(st.floats(0.05, 0.9))
def test_peak_is_normalised_and_the_gain_restores_the_level(level: float) -> None:
    clip = process_recording(decode(stored(level * tone())))
    assert np.abs(clip.samples).max() == pytest.approx(PEAK * 32768, abs=1)
    assert PEAK / 10 ** (clip.gain_db / 20) == pytest.approx(level * 0.5, rel=0.01)


@pytest.mark.parametrize("normalize", ["peak", "rms", "loudness"])
def test_quiet_clips_are_kept_but_not_blown_up(normalize: str) -> None:
    clip = process_recording(decode(stored(0.014 * tone())), normalize)  # type: ignore[arg-type]
    assert clip.flags == ("quiet",)
    assert clip.gain_db == 0.0
    assert np.abs(clip.samples).max() == pytest.approx(0.007 * 32768, abs=2)


@pytest.mark.parametrize("normalize", ["rms", "loudness"])
@pytest.mark.parametrize("seconds", [0.05, 0.3, 3.0])
def test_other_levels_stay_below_the_peak(normalize: str, seconds: float) -> None:
    spiky = tone(seconds=seconds) * 0.2
    spiky[100] = 0.99
    clip = process_recording(decode(stored(spiky)), normalize)  # type: ignore[arg-type]
    assert np.abs(clip.samples).max() <= PEAK * 32768 + 1


def test_clipping_is_flagged() -> None:
    assert "clipped" in process_recording(decode(stored(np.clip(4 * tone(), -1, 1)))).flags


@pytest.mark.filterwarnings("ignore:overflow encountered:RuntimeWarning")  # of the sum of channels
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 3e38])
@pytest.mark.parametrize("channels", [1, 2])
def test_float_samples_that_are_no_sound_are_undecodable(value: float, channels: int) -> None:
    samples = np.tile(tone()[:, None], channels)
    samples[100, -1] = value
    assert problem(stored(samples, 8_000, subtype="FLOAT")) == "undecodable"
    assert problem(stored(np.full((500, channels), value), subtype="FLOAT")) == "undecodable"


def test_float_samples_on_another_scale_are_sound() -> None:
    reference = process_recording(decode(stored(tone(), subtype="FLOAT"))).samples
    scaled = process_recording(decode(stored(tone() * 2**31, subtype="FLOAT"))).samples
    np.testing.assert_array_equal(scaled, reference)


def test_recording_of_one_frame() -> None:
    with pytest.raises(AudioError, match="silent"):
        process_recording(Recording(np.ones((1, 1), np.int16), 16_000, "WAV/PCM_16", 1))


@pytest.mark.parametrize("subtype", ["PCM_16", "PCM_24", "FLOAT"])
def test_channels_that_cancel_each_other_are_told(subtype: str) -> None:
    both = stored(np.stack([tone(), -tone()], axis=1), subtype=subtype)
    with pytest.raises(AudioError, match=r"silent: the channels have opposite signs.*`channel`"):
        process_recording(decode(both))
    assert len(process_recording(decode(both), channel=1).samples)


@pytest.mark.parametrize("rate", [16_000, 44_100])
@pytest.mark.parametrize("normalize", ["peak", "rms", "loudness", "none"])
def test_one_bit_of_sound_is_silence(rate: int, normalize: str) -> None:
    samples = np.zeros((2 * rate, 1), np.int16)
    samples[1_000] = 1
    with pytest.raises(AudioError, match="silent"):
        process_recording(Recording(samples, rate, "WAV/PCM_16", 1), normalize)  # type: ignore[arg-type]


def test_constant_channels_are_plain_silence() -> None:
    with pytest.raises(AudioError, match=r"silent: all .* samples are equal"):
        process_recording(decode(stored(np.full((1_000, 2), 0.25))))


def test_float_samples_beyond_full_scale_are_not_clipped() -> None:
    assert "clipped" not in process_recording(decode(stored(2.4 * tone(), subtype="FLOAT"))).flags
    flat = np.clip(4 * tone(), -1, 1)
    assert "clipped" in process_recording(decode(stored(flat, subtype="FLOAT"))).flags


def test_flags_of_the_file_are_kept() -> None:
    recording = decode(stored(tone()))
    damaged = Recording(recording.samples, recording.rate, recording.codec, 1, ("damaged",))
    assert process_recording(damaged).flags == ("damaged",)
