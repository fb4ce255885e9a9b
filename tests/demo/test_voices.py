import re
from itertools import pairwise

import numpy as np
import pytest

from demo import effects, voices
from demo.voices import Manner, Voice, load_manners, require_voices, speak, synthesize
from pipeline.common.errors import UsageError
from pipeline.common.extras import install_command

RATE = 16_000
SENTENCE = "Das will sie am Mittwoch abgeben."
NEUTRAL = Manner()


def active_level(samples):
    """RMS in dBFS."""
    return 10 * np.log10(np.mean(samples**2))


def pitch_track(samples):
    """Fundamental frequency in Hz of voiced frames, by autocorrelation."""
    track = []
    for start in range(0, len(samples) - 640, 160):
        frame = samples[start : start + 640] - samples[start : start + 640].mean()
        if np.sqrt(np.mean(frame**2)) < 0.3 * samples.std():
            continue
        correlation = np.correlate(frame, frame, "full")[639:]
        lag = 46 + int(np.argmax(correlation[46:230]))  # 70 to 350 Hz
        if correlation[lag] > 0.6 * correlation[0]:
            track.append(RATE / lag)
    return np.array(track)


def spectral_slope(samples):
    """dB an octave between 300 Hz and 6 kHz."""
    power = np.abs(np.fft.rfft(samples)) ** 2
    frequencies = np.fft.rfftfreq(len(samples), 1 / RATE)
    edges = 300 * 2 ** np.arange(0, 4.5, 0.5)
    bands = [
        10 * np.log10(power[(frequencies >= low) & (frequencies < high)].mean())
        for low, high in pairwise(edges)
    ]
    return np.polyfit(np.arange(len(bands)) / 2, bands, 1)[0]


@pytest.fixture(scope="module")
def spoken():
    manners = load_manners()
    return {
        emotion: speak(SENTENCE, Voice("de", "m3"), manners[emotion], 1, RATE)
        for emotion in ("neutral", "anger", "sadness", "happiness", "surprise", "boredom")
    }


@pytest.mark.parametrize("variant", ["f2", "m1"])  # the library draws random numbers for both
def test_same_utterance_gives_the_same_bytes(variant):
    first, second = (
        speak(SENTENCE, Voice("de", variant), load_manners()["fear"], 5, RATE) for _ in range(2)
    )
    assert first.tobytes() == second.tobytes()


def test_other_seed_gives_another_take():
    takes = [speak(SENTENCE, Voice("de", "f2"), NEUTRAL, seed, RATE) for seed in (1, 2)]
    assert takes[0].tobytes() != takes[1].tobytes()


def test_tempo_tells_emotions_apart(spoken):
    seconds = {emotion: len(samples) / RATE for emotion, samples in spoken.items()}
    assert seconds["anger"] < 0.92 * seconds["neutral"]
    assert seconds["sadness"] > 1.15 * seconds["neutral"]


def test_loudness_tells_emotions_apart(spoken):
    levels = {emotion: active_level(samples) for emotion, samples in spoken.items()}
    assert levels["anger"] > levels["neutral"] + 4
    assert levels["sadness"] < levels["neutral"] - 4


def test_pitch_and_its_range_tell_emotions_apart(spoken):
    tracks = {emotion: pitch_track(samples) for emotion, samples in spoken.items()}
    middle = {emotion: np.median(track) for emotion, track in tracks.items()}
    spread = {emotion: np.subtract(*np.percentile(t, [85, 15])) for emotion, t in tracks.items()}
    assert middle["happiness"] > 1.15 * middle["neutral"]
    assert middle["boredom"] < 0.9 * middle["neutral"]
    assert spread["surprise"] > 1.5 * spread["neutral"] > 1.5 * spread["boredom"]


def test_effort_tilts_the_spectrum_whatever_the_level(spoken):
    slopes = {emotion: spectral_slope(samples) for emotion, samples in spoken.items()}
    assert slopes["anger"] > slopes["neutral"] > slopes["sadness"]


def test_room_is_as_loud_relative_to_every_emotion(spoken):
    """Else peak normalisation would turn the noise of quiet emotions into a label."""
    for samples in spoken.values():
        floor = active_level(samples[: round(0.02 * RATE)]) - active_level(samples)
        assert -57 < floor < -43


def test_no_clip_peaks_above_minus_one_dbfs(spoken):
    assert all(np.abs(samples).max() <= 10 ** (-1 / 20) + 1e-9 for samples in spoken.values())


def test_unknown_voice_is_named():
    with pytest.raises(UsageError, match="no voice 'xx\\+f1'"):
        synthesize("hello", Voice("xx", "f1"), NEUTRAL, 0)


def test_missing_library_says_how_to_install_it(monkeypatch):
    monkeypatch.setattr(voices.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(UsageError, match=re.escape(install_command("demo"))):
        require_voices()


def test_every_six_class_name_has_a_manner_to_fall_back_on():
    from pipeline.schema.record import CLASSES

    assert set(CLASSES) <= load_manners().keys()


def test_strength_scales_a_manner():
    anger = load_manners()["anger"]
    assert anger.scaled(0) == NEUTRAL
    assert anger.scaled(0.5).pitch == pytest.approx(anger.pitch / 2)
    assert anger.scaled(2).range == 2.0  # the most that the library can do


def test_tilt_changes_the_balance_by_decibels_an_octave():
    time = np.arange(RATE) / RATE
    tones = np.sin(2 * np.pi * 500 * time) + np.sin(2 * np.pi * 2000 * time)
    spectrum = np.abs(np.fft.rfft(effects.tilt(tones, RATE, 3.0)))
    assert 20 * np.log10(spectrum[2000] / spectrum[500]) == pytest.approx(6.0, abs=0.1)


def test_breath_is_as_loud_as_asked():
    rng = np.random.default_rng(0)
    voice = np.sin(2 * np.pi * 200 * np.arange(RATE) / RATE)
    breath = effects.breathe(voice, RATE, 0.2, rng) - voice
    assert breath.std() / voice.std() == pytest.approx(0.2, rel=0.1)
