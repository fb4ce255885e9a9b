"""Encoding: how a processed clip is stored, without loss."""

import io
import wave

import numpy as np
import soundfile

from pipeline.audio.options import Codec
from pipeline.schema.record import SAMPLE_RATE


def encode(samples: np.ndarray, codec: Codec = "flac") -> bytes:
    """Encodes a clip as a file.

    Args:
        samples: Int16, shape ``(frames,)``, at 16 kHz.
        codec: Codec of the file.
    """
    buffer = io.BytesIO()
    if codec == "wav":  # the same bytes as libsndfile's, in a tenth of the time
        with wave.open(buffer, "wb") as plain:
            plain.setparams((1, 2, SAMPLE_RATE, len(samples), "NONE", ""))
            plain.writeframesraw(samples.astype("<i2", copy=False).data)
        return buffer.getvalue()
    with soundfile.SoundFile(
        buffer, "w", SAMPLE_RATE, channels=1, format="FLAC", subtype="PCM_16"
    ) as file:
        file.write(samples)
    return buffer.getvalue()
