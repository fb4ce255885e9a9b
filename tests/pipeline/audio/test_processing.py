import contextlib
import io
import math

import av
import librosa
import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.audio.decoder import decode
from pipeline.audio.encoding import encode
from pipeline.audio.processing import PEAK, process_recording, resample
from pipeline.audio.recording import AudioError, Recording
from tests.conftest import tone

RATES = [8_000, 11_025, 16_000, 22_050, 24_000, 24_414, 44_100, 48_000, 96_000]


def stored(samples: np.ndarray, rate: int = 16_000, kind: str = "WAV", **how: str) -> bytes:
    buffer = io.BytesIO()
    soundfile.write(buffer, samples, rate, format=kind, **how)
    return buffer.getvalue()


def video(seconds: float, rate: int = 44_100) -> bytes:
    """An AVI with MPEG-4 video and AC-3 sound, as corpora of films have it."""
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="avi") as container:
        picture = container.add_stream("mpeg4", rate=25)
        picture.width = picture.height = 32
        picture.pix_fmt = "yuv420p"
        sound = container.add_stream("ac3", rate=rate)
        sound.layout = "stereo"
        for _ in range(round(seconds * 25)):
            image = av.VideoFrame.from_ndarray(np.zeros((32, 32, 3), np.uint8), format="rgb24")
            container.mux(picture.encode(image))
        wave = np.tile(tone(440, seconds, rate).astype(np.float32), (2, 1))
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(wave), "fltp", "stereo")
        frame.sample_rate = rate
        container.mux(sound.encode(frame))
        container.mux(picture.encode())
        container.mux(sound.encode())
    return buffer.getvalue()


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


@pytest.mark.parametrize(
    ("kind", "codec"),
    [("WAV", "WAV/PCM_16"), ("AIFF", "AIFF/PCM_16"), ("FLAC", "FLAC/PCM_16"),
     ("OGG", "OGG/VORBIS"), ("MP3", "MP3/MPEG_LAYER_III"), ("NIST", "NIST/PCM_16")],
)  # fmt: skip
def test_content_decides_the_decoder(kind: str, codec: str) -> None:
    recording = decode(stored(tone(seconds=0.5), kind=kind))
    assert recording.codec == codec
    spectrum = np.abs(np.fft.rfft(process_recording(recording).samples[:8_000]))
    assert np.argmax(spectrum) == pytest.approx(220, abs=1)  # 440 Hz over half a second


@pytest.mark.parametrize("subtype", ["PCM_U8", "PCM_24", "PCM_32", "FLOAT", "DOUBLE", "ULAW"])
def test_every_sample_format_gives_the_same_sound(subtype: str) -> None:
    reference = process_recording(decode(stored(tone()))).samples.astype(int)
    samples = process_recording(decode(stored(tone(), subtype=subtype))).samples.astype(int)
    assert np.abs(samples - reference).max() < 1_500


def test_sound_of_a_video_is_read() -> None:
    recording = decode(video(1.0))
    assert recording.codec == "avi/ac3"
    assert recording.channels == 2
    clip = process_recording(recording)
    assert clip.duration == pytest.approx(1.0, abs=0.1)
    spectrum = np.abs(np.fft.rfft(clip.samples[2_000:10_000]))
    assert np.argmax(spectrum) == pytest.approx(220, abs=1)


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


def test_what_is_stored_decodes_to_the_same_samples() -> None:
    clip = process_recording(decode(stored(tone())))
    for codec in ("flac", "wav"):
        samples, rate = soundfile.read(io.BytesIO(encode(clip.samples, codec)), dtype="int16")  # type: ignore[arg-type]
        assert rate == 16_000
        np.testing.assert_array_equal(samples, clip.samples)


def test_chunks_before_the_samples_are_no_noise() -> None:
    plain = stored(tone())
    odd = plain[:12] + b"FLLR" + (4_044).to_bytes(4, "little") + b"\x7f" * 4_044 + plain[12:]
    odd = odd[:4] + (len(odd) - 8).to_bytes(4, "little") + odd[8:]
    np.testing.assert_array_equal(decode(odd).samples, decode(plain).samples)


def test_stretch_of_a_recording() -> None:
    long = np.concatenate([tone(400, 1.0), tone(800, 1.0)])
    part = decode(stored(long), start=1.0, end=1.5)
    np.testing.assert_allclose(part.samples[:, 0] / 32768, tone(800, 0.5), atol=1e-4)
    assert problem(stored(long), start=3.0, end=4.0) == "outside_recording"


@pytest.mark.parametrize(
    ("kind", "subtype"),
    [("WAV", "PCM_16"), ("WAV", "PCM_24"), ("FLAC", "PCM_16"), ("MP3", "MPEG_LAYER_III")],
)
@pytest.mark.parametrize("start", [1.0, 1e308])
def test_stretch_that_is_none_is_never_another_sound(kind: str, subtype: str, start: float) -> None:
    content = stored(tone(seconds=2.0), kind=kind, subtype=subtype)
    assert problem(content, start=start, end=0.5) == "outside_recording"
    assert problem(content, start=-start, end=1.5) == "outside_recording"
    assert problem(content, end=-start) == "outside_recording"
    assert decode(content, start=1.0, end=1e308).samples.shape == (16_000, 1)


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


def test_problems_have_reasons() -> None:
    pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 99\n"
    whole = stored(tone(seconds=1.0))
    assert problem(b"") == "empty"
    assert problem(pointer) == "git_lfs_pointer"
    assert problem(stored(np.zeros(0))) == "empty"
    assert problem(stored(np.zeros(1_000))) == "silent"
    assert problem(stored(np.full(1_000, 0.25))) == "silent"
    assert problem(b"just some text") == "undecodable"
    assert problem(whole[: len(whole) // 2]) == "truncated"
    assert problem(stored(tone(seconds=1.0), kind="AIFF")[:9_000]) == "truncated"
    assert problem(stored(tone(seconds=1.0), kind="FLAC")[:9_000]) == "truncated"
    assert problem(whole, max_duration=0.5) == "too_long"
    assert problem(video(1.0), max_duration=0.5) == "too_long"


def test_streamed_wav_of_unknown_length_is_whole() -> None:
    whole = stored(tone())
    place = whole.index(b"data") + 4
    streamed = whole[:place] + b"\xff" * 4 + whole[place + 4 :]
    assert len(decode(streamed).samples) == len(tone())


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_damaged_files_never_crash(data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(["WAV", "AIFF", "FLAC", "OGG", "MP3"]))
    content = bytearray(stored(tone(seconds=0.1), kind=kind))
    places = st.integers(0, min(len(content) - 1, 200))
    for place in data.draw(st.lists(places, min_size=1, max_size=8)):
        content[place] = data.draw(st.integers(0, 255))
    content = content[: data.draw(st.integers(0, len(content)))]
    with contextlib.suppress(AudioError):  # any other exception fails
        assert len(process_recording(decode(bytes(content), max_duration=10.0)).samples) > 0


def test_recording_of_one_frame() -> None:
    with pytest.raises(AudioError, match="silent"):
        process_recording(Recording(np.ones((1, 1), np.int16), 16_000, "WAV/PCM_16", 1))
