"""Clips inside other files, as hubs give corpora out: Parquet with a row for each clip."""

import io
import json
from collections.abc import Mapping, Sequence

import pyarrow as pa
import pyarrow.parquet as pq

from demo.entry import Value, choose
from demo.plan import Clip

_PARQUET = ".parquet/"
_AUDIO = pa.struct([("bytes", pa.binary()), ("path", pa.string())])


def split_path(path: str) -> tuple[str, str]:
    """The file that a clip's path leads into, and its path in there; empty where it is the file.

    >>> split_path("data/train-00000-of-00001.parquet/a/1.wav")
    ('data/train-00000-of-00001.parquet', 'a/1.wav')
    >>> split_path("wav/1.wav")
    ('wav/1.wav', '')
    """
    file, found, inner = path.partition(_PARQUET)
    return (file + _PARQUET.rstrip("/"), inner) if found else (path, "")


def pack_parquet(clips: Sequence[tuple[Clip, bytes]], columns: Mapping[str, Value]) -> bytes:
    """A Parquet file with a row for each clip, as ``datasets`` writes it.

    Args:
        clips: And the content of their files.
        columns: Beside the audio: name → value.
    """
    names = [split_path(clip.path)[1] for clip, _ in clips]
    audio = [
        {"bytes": content, "path": name} for (_, content), name in zip(clips, names, strict=True)
    ]
    told = {
        name: pa.array([choose(value, clip.fields) for clip, _ in clips], pa.string())
        for name, value in columns.items()
    }
    features = {"audio": {"_type": "Audio"}} | {
        name: {"dtype": "string", "_type": "Value"} for name in told
    }
    table = pa.table({"audio": pa.array(audio, _AUDIO), **told})
    footer = {"huggingface": json.dumps({"info": {"features": features}})}
    sink = io.BytesIO()
    pq.write_table(table.replace_schema_metadata(footer), sink)
    return sink.getvalue()
