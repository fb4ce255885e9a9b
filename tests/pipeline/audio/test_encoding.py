import io

import numpy as np
import soundfile

from pipeline.audio.decoder import decode
from pipeline.audio.encoding import encode
from pipeline.audio.processing import process_recording
from tests.conftest import tone
from tests.support.audio import stored


def test_what_is_stored_decodes_to_the_same_samples() -> None:
    clip = process_recording(decode(stored(tone())))
    for codec in ("flac", "wav"):
        samples, rate = soundfile.read(io.BytesIO(encode(clip.samples, codec)), dtype="int16")  # type: ignore[arg-type]
        assert rate == 16_000
        np.testing.assert_array_equal(samples, clip.samples)
