"""Versions by which a build knows what it can keep of the shards of an earlier one.

They stand for our own code. The libraries that decode and encode stand for themselves.
"""

from functools import cache
from importlib.metadata import PackageNotFoundError, version

AUDIO_VERSION = 1
"""Raised whenever the same clip comes to other samples or other bytes: shards are made anew."""

RECORD_VERSION = 1
"""Raised whenever other columns of the same utterance change: they are written anew, audio stays.
"""

LIBRARIES = (*("numpy", "pyarrow", "soundfile", "soxr", "av", "miniaudio", "pyloudnorm", "xxhash"),)
"""Those whose releases may give the same clip other samples or bytes."""


@cache
def audio_versions() -> dict[str, str]:
    """All that decides, beside clips and options, which bytes a clip is stored as.

    Returns:
        ``audio`` (:data:`AUDIO_VERSION`) and every library; ``absent`` for one not installed.
    """
    return {"audio": str(AUDIO_VERSION)} | {name: _version(name) for name in LIBRARIES}


def _version(library: str) -> str:
    try:
        return version(library)
    except PackageNotFoundError:
        return "absent"
