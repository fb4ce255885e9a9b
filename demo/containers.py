"""How a stand-in's samples are stored: sound files by libsndfile, videos by FFmpeg.

The same samples give the same bytes: nothing of the clock and nothing random goes into a file.
"""

import io
from collections.abc import Mapping
from fractions import Fraction
from typing import Literal

import av
import numpy as np
import soundfile
from av.audio.stream import AudioStream

from demo.effects import Samples

Channels = Literal["mono", "dual", "stereo"]
Format = Literal[
    "WAV",
    "AIFF",
    "FLAC",
    "MP3",
    "NIST",
    "avi/pcm_s16le",
    "avi/mp3",
    "mov/pcm_s16le",
    "mp4/aac",
]
"""A format of libsndfile, or container and audio codec of FFmpeg."""

_SUBTYPES: Mapping[str, str] = {"MP3": "MPEG_LAYER_III"}
_PICTURE = 32  # pixels, width and height
_PICTURES_A_SECOND = 10
_BLOCK = 1024  # frames


def store(samples: Samples, rate: int, channels: Channels, form: Format) -> bytes:
    """Content of a file that holds the samples.

    Args:
        samples: Mono, full scale at ±1.
        rate: In Hz.
        channels: One, two with the same samples, or two that differ.
        form: How they are stored.
    """
    spread = _spread(samples, rate, channels)
    if "/" in form:
        return _video(spread, rate, *form.split("/"))
    stream = io.BytesIO()
    soundfile.write(stream, spread, rate, _SUBTYPES.get(form, "PCM_16"), format=form)
    return stream.getvalue()


def _spread(samples: Samples, rate: int, channels: Channels) -> Samples:
    """Samples of shape ``(samples, channels)``."""
    if channels == "mono":
        return samples[:, None]
    if channels == "dual":
        return np.stack([samples, samples], axis=1)
    late = round(0.0002 * rate)  # the second microphone: 7 cm farther, 1 dB less
    return np.stack([samples, 0.89 * np.pad(samples, (late, 0))[: len(samples)]], axis=1)


def _video(samples: Samples, rate: int, container: str, codec: str) -> bytes:
    """A film of nothing but black, with the samples as its sound."""
    stream = io.BytesIO()
    sound = np.clip(np.rint(samples * 32767), -32768, 32767).astype(np.int16)
    seconds = len(sound) / rate
    black = np.zeros((_PICTURE, _PICTURE, 3), np.uint8)
    # bitexact: without the versions of FFmpeg and the time of writing
    with av.open(stream, "w", format=container, options={"fflags": "+bitexact"}) as film:
        pictures = film.add_stream("mpeg4", rate=_PICTURES_A_SECOND)
        pictures.width = pictures.height = _PICTURE
        pictures.pix_fmt = "yuv420p"
        audio = film.add_stream(
            codec, rate=rate, layout="stereo" if sound.shape[1] == 2 else "mono"
        )
        assert isinstance(audio, AudioStream)  # by its codec
        for encoder in (pictures, audio):
            encoder.codec_context.flags |= av.codec.context.Flags.bitexact
        for _ in range(max(1, round(seconds * _PICTURES_A_SECOND))):
            film.mux(pictures.encode(av.VideoFrame.from_ndarray(black, format="rgb24")))
        film.mux(pictures.encode(None))
        for first in range(0, len(sound), _BLOCK):
            block = np.ascontiguousarray(sound[first : first + _BLOCK]).reshape(1, -1)
            frame = av.AudioFrame.from_ndarray(block, "s16", audio.layout.name)
            frame.sample_rate, frame.pts, frame.time_base = rate, first, Fraction(1, rate)
            film.mux(audio.encode(frame))
        film.mux(audio.encode(None))
    return stream.getvalue()
