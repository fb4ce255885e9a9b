"""The record: one row an utterance, as it stands in every Parquet shard.

The schema metadata carries the Hugging Face feature description, so that
``datasets.load_dataset`` gives decoded audio and named classes without arguments.
"""

import json

import pyarrow as pa

SAMPLE_RATE = 16_000
"""Rate of every clip in a dataset, in Hz."""

SPLITS = ("train", "validation", "test")

AROUSAL_CLASSES = ("low", "high")
VALENCE_CLASSES = ("negative", "neutral", "positive")
CLASSES = tuple(
    f"{arousal}_{valence}" for arousal in AROUSAL_CLASSES for valence in VALENCE_CLASSES
)
"""The six classes in label order: index = 3·arousal + valence (ExHuBERT model card)."""

GENDERS = ("female", "male", "other")

# `datasets` knows no Parquet map and keeps a ClassLabel as int64: hence pairs, and label's width.
_VOTES = pa.list_(pa.struct([("key", pa.string()), ("value", pa.float32())]))
_ANNOTATIONS = pa.list_(pa.struct([("key", pa.string()), ("value", pa.string())]))

_FIELDS: tuple[tuple[str, pa.DataType], ...] = (
    ("id", pa.string()),
    ("corpus", pa.string()),
    ("split", pa.string()),
    ("licence", pa.string()),
    ("language", pa.string()),
    ("audio", pa.struct([("bytes", pa.binary()), ("path", pa.string())])),
    ("duration", pa.float32()),
    ("speaker", pa.string()),
    ("gender", pa.string()),
    ("age", pa.float32()),
    ("text", pa.string()),
    ("label_native", pa.string()),
    ("emotion", pa.string()),
    ("arousal_class", pa.string()),
    ("valence_class", pa.string()),
    ("label", pa.int64()),
    ("arousal", pa.float32()),
    ("valence", pa.float32()),
    ("dominance", pa.float32()),
    ("votes", _VOTES),
    ("annotations", _ANNOTATIONS),
    ("flags", pa.list_(pa.string())),
    ("gain_db", pa.float32()),
    ("source_path", pa.string()),
    ("source_xxh3", pa.string()),
    ("source_sample_rate", pa.int32()),
    ("source_channels", pa.int16()),
    ("source_codec", pa.string()),
    ("audio_xxh3", pa.string()),
)


def _feature(name: str, dtype: pa.DataType) -> object:
    """The Hugging Face description of one column."""
    if name == "audio":
        return {"sampling_rate": SAMPLE_RATE, "_type": "Audio"}
    if name == "label":
        return {"names": list(CLASSES), "_type": "ClassLabel"}
    if pa.types.is_list(dtype):
        return {"feature": _feature("", dtype.value_type), "_type": "List"}
    if pa.types.is_struct(dtype):
        return {field.name: _feature("", field.type) for field in dtype}
    return {"dtype": {"float": "float32"}.get(str(dtype), str(dtype)), "_type": "Value"}


HUGGING_FACE_FEATURES = {name: _feature(name, dtype) for name, dtype in _FIELDS}

RECORD = pa.schema(
    [pa.field(name, dtype) for name, dtype in _FIELDS],
    metadata={"huggingface": json.dumps({"info": {"features": HUGGING_FACE_FEATURES}})},
)
"""Arrow schema of a shard."""
