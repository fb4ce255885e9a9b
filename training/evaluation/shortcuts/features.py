"""Trivial features of a clip: what a model could go by instead of the voice."""

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.schema.record import SAMPLE_RATE
from training.data.clips import Samples, decode_clip
from training.data.parquet_audio import AudioReader, clip_locations

Features = npt.NDArray[np.float64]

COLUMNS = (
    *("duration", "gain_db", "flags", "source_codec", "source_sample_rate", "source_channels"),
)
"""Columns of the record that features are made from, beside the audio."""

_FRAME = SAMPLE_RATE // 50  # 20 ms
_SILENT_DB = 40.0  # below the loudest frame
_FLOOR = 1e-10  # power of a frame that counts as none at all


def trivial_features(rows: pd.DataFrame, audio: pd.DataFrame) -> dict[str, Features]:
    """Every feature of every clip, by name; each of shape ``(clips, values)``.

    ``duration`` is in s, ``level`` the mean power of the clip as its corpus has it, in dB below
    full scale, ``silence`` the share of frames 40 dB and more below the loudest; ``clipping`` and
    ``dc_offset`` are flags; ``codec``, ``rate`` and ``channels`` are those of the source.

    Args:
        rows: With :data:`COLUMNS`.
        audio: With ``power_db`` and ``silence``, as :func:`measure_audio` gives them.
    """
    flags = rows["flags"].map(lambda found: set(found) if found is not None else set())
    return {
        "duration": _column(rows["duration"]),
        "level": _column(audio["power_db"].to_numpy() - rows["gain_db"].fillna(0.0).to_numpy()),
        "silence": _column(audio["silence"]),
        "clipping": _column(flags.map(lambda found: "clipped" in found)),
        "dc_offset": _column(flags.map(lambda found: "dc_offset" in found)),
        "codec": pd.get_dummies(rows["source_codec"].fillna("")).to_numpy(dtype=np.float64),
        "rate": _column(rows["source_sample_rate"].fillna(0)),
        "channels": _column(rows["source_channels"].fillna(0)),
    }


def measure_audio(rows: pd.DataFrame, on_clip: Callable[[], object] = lambda: None) -> pd.DataFrame:
    """Mean power in dB and share of silence of every clip, read from its shard.

    Args:
        rows: With the locations of clips, as :func:`training.data.index.load_index` gives them.
        on_clip: Called after every clip.

    Raises:
        DataError: A shard is missing or damaged.
    """
    reader = AudioReader()
    measured = []
    for location in clip_locations(rows):
        measured.append(
            measure_clip(decode_clip(reader.read(location), location.shard, location.id))
        )
        on_clip()
    return pd.DataFrame(measured, columns=["power_db", "silence"], index=rows.index)


def measure_clip(samples: Samples) -> tuple[float, float]:
    """Mean power in dB below full scale, and share of silent frames in [0, 1].

    >>> measure_clip(np.ones(16_000, np.float32))
    (0.0, 0.0)
    """
    if not len(samples):
        return 10 * np.log10(_FLOOR), 1.0
    power = float(np.mean(np.square(samples, dtype=np.float64)))
    whole = samples[: len(samples) // _FRAME * _FRAME].reshape(-1, _FRAME)
    frames = np.square(whole, dtype=np.float64).mean(axis=1)
    silent = frames <= frames.max(initial=_FLOOR) * 10 ** (-_SILENT_DB / 10)
    return 10 * float(np.log10(max(power, _FLOOR))), float(silent.mean()) if len(frames) else 0.0


def together(features: Sequence[Features]) -> Features:
    """Several features as one."""
    return np.concatenate(features, axis=1)


def _column(values: object) -> Features:
    column: Features = np.asarray(values, dtype=np.float64)[:, np.newaxis]
    return column
