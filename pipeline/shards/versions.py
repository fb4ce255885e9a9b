"""Versions by which a build knows what it can keep of the shards of an earlier one.

The numbers are of our own code; libraries that decode and encode have versions of their own.
"""

from functools import cache
from importlib.metadata import PackageNotFoundError, version

from pipeline.audio import decoder

AUDIO_VERSION = 2
"""Raised whenever the same clip comes to other samples or other bytes: shards are made anew."""

RECORD_VERSION = 3
"""Raised whenever other columns of the same utterance change, or how rows are stored.

The shard is then written anew, its audio stays: so no corpus is stored in two ways.
"""

LIBRARIES = ("numpy", "pyarrow", "pyloudnorm", "soundfile", "soxr", "xxhash")
"""Libraries that process, encode and store clips: other versions of them may give other bytes."""


def audio_versions() -> dict[str, str]:
    """Versions of everything, beside clips and options, that decides the bytes of a stored clip.

    Returns:
        ``audio`` (:data:`AUDIO_VERSION`), ``backends`` (in their order) and every library, those of
        the backends included; ``absent`` for one not installed.
    """
    backends = " ".join(type(backend).__name__ for backend in decoder.BACKENDS)
    libraries = sorted({*LIBRARIES, *decoder.decoding_libraries()})
    return {"audio": str(AUDIO_VERSION), "backends": backends} | {
        name: library_version(name) for name in libraries
    }


@cache
def library_version(library: str) -> str:
    """Version of a distribution; ``absent`` for one not installed."""
    try:
        return version(library)
    except PackageNotFoundError:
        return "absent"
