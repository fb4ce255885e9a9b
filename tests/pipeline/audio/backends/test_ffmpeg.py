import io

import av
import numpy as np
import pytest

from pipeline.audio.backends.ffmpeg import Ffmpeg
from pipeline.audio.decoder import decode
from pipeline.audio.processing import process_recording
from pipeline.audio.recording import AudioError, Span
from tests.support.audio import stored, video


def test_sound_of_a_video_is_read() -> None:
    recording = decode(video(1.0))
    assert recording.codec == "avi/ac3"
    assert recording.channels == 2
    clip = process_recording(recording)
    assert clip.duration == pytest.approx(1.0, abs=0.1)
    spectrum = np.abs(np.fft.rfft(clip.samples[2_000:10_000]))
    assert np.argmax(spectrum) == pytest.approx(220, abs=1)


def test_blocks_are_together_the_whole_file() -> None:
    opened = Ffmpeg().open(io.BytesIO(video(1.0)), block_frames=10_000)
    assert opened is not None
    blocks = list(opened.blocks)
    whole = Ffmpeg().decode(video(1.0), Span())
    assert whole is not None
    assert opened.rate == whole.rate
    assert all(len(block) >= 10_000 for block in blocks[:-1])
    np.testing.assert_array_equal(np.concatenate(blocks), whole.samples)


def test_decoding_stops_where_a_file_is_certainly_too_long() -> None:
    with pytest.raises(AudioError) as error:
        Ffmpeg().decode(video(9.0), Span(max_duration=1.0))
    assert error.value.reason == "too_long"
    assert float(error.value.detail.split(" s")[0]) < 3.0  # not all 9 s


def silent_film() -> bytes:
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="avi") as container:
        picture = container.add_stream("mpeg4", rate=25)
        picture.width = picture.height = 32
        picture.pix_fmt = "yuv420p"
        image = av.VideoFrame.from_ndarray(np.zeros((32, 32, 3), np.uint8), format="rgb24")
        container.mux(picture.encode(image))
        container.mux(picture.encode())
    return buffer.getvalue()


def test_video_without_sound_is_named() -> None:
    with pytest.raises(AudioError, match="no_audio: avi without an audio stream"):
        Ffmpeg().decode(silent_film(), Span())


@pytest.mark.parametrize("channels", [1, 2, 8, 54])
def test_channels_are_read_without_leaving_their_memory(channels: int) -> None:
    """Eight planes or more ended the process; found by the fuzzer."""
    wave = np.random.default_rng(0).integers(-9_000, 9_000, (2_000, channels)) / 32_768
    recording = Ffmpeg().decode(stored(wave), Span())
    assert recording is not None
    np.testing.assert_array_equal(recording.samples, wave.astype(np.float32))


def test_damage_is_told_in_words_without_numbers_of_errors() -> None:
    with pytest.raises(AudioError, match="FFmpeg: Invalid data found") as told:
        decode(b"hello, this is no sound\n" * 10)
    assert "Errno" not in told.value.detail
