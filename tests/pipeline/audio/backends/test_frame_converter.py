"""Frames of any form become float32 at one rate."""

import av
import numpy as np
import pytest

from pipeline.audio.backends.frame_converter import FrameConverter


def frame(form: str, layout: str, rate: int, count: int = 800) -> av.AudioFrame:
    channels = av.AudioLayout(layout).nb_channels
    samples = np.sin(np.arange(count) * 0.05)[None].repeat(channels, axis=0)
    if form == "fltp":
        made = av.AudioFrame.from_ndarray(samples.astype(np.float32), form, layout)
    else:
        whole = (samples * 32_767).astype(np.int16).T.reshape(1, -1)
        made = av.AudioFrame.from_ndarray(np.ascontiguousarray(whole), form, layout)
    made.sample_rate = rate
    return made


@pytest.mark.parametrize(
    ("form", "layout"),
    [("fltp", "mono"), ("fltp", "stereo"), ("s16", "mono"), ("s16", "stereo"), ("s16", "7.1")],
)
def test_samples_are_those_of_the_frame(form: str, layout: str) -> None:
    converter = FrameConverter(8_000)
    (samples,) = converter.convert(frame(form, layout, 8_000))
    assert samples.dtype == np.float32
    assert samples.shape == (av.AudioLayout(layout).nb_channels, 800)
    np.testing.assert_allclose(samples[0], np.sin(np.arange(800) * 0.05), atol=1e-4)
    assert converter.frames == 800


def test_the_rate_may_change_and_nothing_is_lost() -> None:
    converter = FrameConverter(8_000)
    blocks = [
        *converter.convert(frame("s16", "mono", 8_000)),
        *converter.convert(frame("s16", "mono", 16_000, 1_600)),
        *converter.flush(),
    ]
    given = sum(block.shape[1] for block in blocks)
    assert given == converter.frames == pytest.approx(1_600, abs=2)
