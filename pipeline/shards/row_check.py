"""Rows of a shard compared with their own checksums: is each clip the one that was written?"""

import io
from collections.abc import Iterator

import pyarrow as pa
import soundfile
from xxhash import xxh3_128_hexdigest


def find_damaged_rows(table: pa.Table) -> Iterator[tuple[str, str]]:
    """Id of each row whose audio is not that of its checksum, and what is wrong.

    Args:
        table: Rows with ``id``, ``audio`` and ``audio_xxh3``.
    """
    for row in table.select(["id", "audio", "audio_xxh3"]).to_batches(max_chunksize=100):
        for clip in row.to_pylist():
            if problem := _find_problem(clip["audio"] or {}, clip["audio_xxh3"]):
                yield clip["id"], problem


def _find_problem(audio: dict[str, bytes], expected: str | None) -> str | None:
    try:
        samples, _ = soundfile.read(io.BytesIO(audio.get("bytes") or b""), dtype="int16")
    except (soundfile.LibsndfileError, ValueError) as error:
        return f"its audio can't be decoded: {error}"
    found = xxh3_128_hexdigest(samples.astype("<i2", copy=False).data)
    return None if found == expected else f"XXH3 of its samples is {found}, expected {expected}"
