"""How every clip of a dataset is stored."""

from dataclasses import dataclass
from typing import Literal

Codec = Literal["flac", "wav"]
Normalization = Literal["peak", "rms", "loudness", "none"]


@dataclass(frozen=True)
class AudioOptions:
    """How every clip of a dataset is stored."""

    codec: Codec = "flac"
    normalize: Normalization = "peak"
