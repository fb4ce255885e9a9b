"""Previews: the first seconds as MP3, small, and the same sound."""

import base64
import io

import numpy as np
import soundfile

from pipeline.pages.excerpts import LONGEST, encode_excerpt, seconds_each
from tests.conftest import tone


def _file(seconds: float) -> bytes:
    sink = io.BytesIO()
    soundfile.write(sink, tone(440, seconds), 16_000, format="FLAC", subtype="PCM_16")
    return sink.getvalue()


def test_the_beginning_is_kept_and_sounds_the_same() -> None:
    mp3 = base64.b64decode(encode_excerpt(_file(9.0)))
    samples, rate = soundfile.read(io.BytesIO(mp3))
    assert abs(len(samples) / rate - LONGEST) < 0.1
    spectrum = np.abs(np.fft.rfft(samples[:rate]))
    assert abs(int(spectrum.argmax()) - 440) <= 1
    assert len(mp3) < 8_000 * LONGEST


def test_short_clips_are_kept_whole() -> None:
    samples, rate = soundfile.read(io.BytesIO(base64.b64decode(encode_excerpt(_file(0.1)))))
    assert len(samples) / rate >= 0.1


def test_many_long_clips_are_shorter_so_that_the_page_stays_small() -> None:
    assert seconds_each([9.0] * 10, 1_000_000) == LONGEST
    assert seconds_each([1.0] * 100, 1_000_000) == LONGEST
    seconds = seconds_each([9.0] * 50, 1_000_000)
    assert 2 < seconds < LONGEST
    assert 50 * len(encode_excerpt(_file(9.0), seconds)) < 1_000_000
    assert seconds_each([9.0] * 5_000, 1_000_000) == 2.0
