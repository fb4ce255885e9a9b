"""Audio and video files made in memory."""

import io

import av
import numpy as np
import soundfile

from tests.conftest import tone


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
