import numpy as np
import pandas as pd
import pytest

from pipeline.schema.record import SAMPLE_RATE
from training.evaluation.shortcuts.features import measure_clip, trivial_features


def test_half_a_clip_of_silence_is_half_silent() -> None:
    tone = np.sin(2 * np.pi * 200 * np.arange(SAMPLE_RATE) / SAMPLE_RATE).astype(np.float32)
    power, silence = measure_clip(np.concatenate([tone, np.zeros(SAMPLE_RATE, np.float32)]))
    assert silence == pytest.approx(0.5, abs=0.02)
    assert power == pytest.approx(-6.02, abs=0.05)


@pytest.mark.parametrize("samples", [0, 1, 200])
def test_what_is_shorter_than_a_frame_is_measured_too(samples: int) -> None:
    power, silence = measure_clip(np.zeros(samples, np.float32))
    assert power == pytest.approx(-100)
    assert 0 <= silence <= 1


def test_the_level_is_that_before_normalisation() -> None:
    rows = pd.DataFrame(
        {
            "duration": [1.0, 2.0],
            "gain_db": [10.0, None],
            "flags": [["clipped"], None],
            "source_codec": ["PCM_16", "MPEG_LAYER_III"],
            "source_sample_rate": [16_000, 44_100],
            "source_channels": [1, 2],
        }
    )
    audio = pd.DataFrame({"power_db": [-20.0, -20.0], "silence": [0.1, 0.2]})
    features = trivial_features(rows, audio)
    assert features["level"].ravel().tolist() == [-30.0, -20.0]
    assert features["clipping"].ravel().tolist() == [1.0, 0.0]
    assert features["codec"].shape == (2, 2)
    assert all(len(one) == 2 for one in features.values())
