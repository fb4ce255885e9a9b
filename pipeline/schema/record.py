"""The record: one row an utterance, as it stands in every Parquet shard.

:data:`COLUMNS` is where every column is declared; a column added here appears in the
schema, the Hugging Face features, Croissant and the metadata lists, and ``docs/dataset.md`` must
hold its line. What fills it is :mod:`pipeline.shards.records`.
"""

from typing import Any, Literal, get_args

import pyarrow as pa

from pipeline.schema.columns import Column, Reader, arrow_schema

SAMPLE_RATE = 16_000
"""Rate of every clip in a dataset, in Hz."""

Split = Literal["train", "validation", "test"]
SPLITS: tuple[Split, ...] = get_args(Split)

AROUSAL_CLASSES = ("low", "high")
VALENCE_CLASSES = ("negative", "neutral", "positive")

ClassName = Literal[
    "low_negative", "low_neutral", "low_positive", "high_negative", "high_neutral", "high_positive"
]
CLASSES: tuple[str, ...] = get_args(ClassName)
"""The six classes in label order: index = 3·arousal + valence (ExHuBERT model card)."""

Dimension = Literal["arousal", "valence", "dominance"]
DIMENSIONS: tuple[Dimension, ...] = get_args(Dimension)
"""Continuous dimensions of emotion that a model can rate, each in [0, 1]."""

GENDERS = ("female", "male", "other")

# `datasets` knows no Parquet map and keeps a ClassLabel as int64: hence pairs, and label's width.
_VOTES = pa.list_(pa.struct([("key", pa.string()), ("value", pa.float32())]))
_ANNOTATIONS = pa.list_(pa.struct([("key", pa.string()), ("value", pa.string())]))
_RATERS = pa.list_(
    pa.struct(
        [
            ("rater", pa.string()),
            ("emotions", pa.list_(pa.string())),
            ("secondary", pa.list_(pa.string())),
            *((dimension, pa.float64()) for dimension in DIMENSIONS),
        ]
    )
)
_AUDIO = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
_TEXT, _FLOAT = pa.string(), pa.float32()

_BOTH: tuple[Reader, ...] = ("statistics", "training")
_TRAINING: tuple[Reader, ...] = ("training",)
_STATISTICS: tuple[Reader, ...] = ("statistics",)

_RATING = "rating of {} on the scale [0, 1]; null where the corpus has none"

COLUMNS: tuple[Column, ...] = (
    Column(
        "id",
        _TEXT,
        "`<corpus>/<path without suffix>`, `#<start>-<end>` added for a segment; unique",
        "index",
        _BOTH,
    ),
    Column("corpus", _TEXT, "id of the corpus", "index", _BOTH),
    Column("split", _TEXT, f"{', '.join(SPLITS[:-1])} or {SPLITS[-1]}", "splits", _BOTH),
    Column("licence", _TEXT, "terms of the corpus itself", "index", _TRAINING),
    Column("language", _TEXT, "BCP-47; null where unknown", "index", _TRAINING),
    Column(
        "audio",
        _AUDIO,
        f"{SAMPLE_RATE // 1000} kHz mono 16-bit FLAC (or WAV)",
        "audio",
        feature={"sampling_rate": SAMPLE_RATE, "_type": "Audio"},
    ),
    Column("duration", _FLOAT, "length in seconds", "audio", _BOTH),
    Column("speaker", _TEXT, "`<namespace>:<id>`; null where unknown", "index", _BOTH),
    Column("gender", _TEXT, "female, male or other; null where unknown", "index", _BOTH),
    Column("age", _FLOAT, "of the speaker in years; null where unknown", "index", _TRAINING),
    Column("text", _TEXT, "what is said; null where unknown", "index"),
    Column("label_native", _TEXT, "the corpus's own code", "labels"),
    Column(
        "emotion",
        _TEXT,
        "category: a word of `corpora_specs/emotions.yaml`, or one that the corpus's spec defines; "
        "null where the corpus has ratings and no categories",
        "labels",
        _BOTH,
    ),
    Column("arousal_class", _TEXT, "low or high; null where unknown", "labels"),
    Column("valence_class", _TEXT, "negative, neutral or positive; null where unknown", "labels"),
    Column(
        "label",
        pa.int64(),
        f"six classes, 3·arousal + valence: {', '.join(CLASSES)}; null where either is unknown",
        "labels",
        _BOTH,
        feature={"names": list(CLASSES), "_type": "ClassLabel"},
    ),
    Column("arousal", _FLOAT, _RATING.format("arousal"), "labels", _TRAINING),
    Column("valence", _FLOAT, _RATING.format("valence"), "labels", _TRAINING),
    Column("dominance", _FLOAT, _RATING.format("dominance"), "labels", _TRAINING),
    Column("votes", _VOTES, "annotators' votes by category", "labels"),
    Column(
        "raters",
        _RATERS,
        "what each rater answered, in the corpus's own codes and on its own scales; null where "
        "that is unknown",
        "index",
    ),
    Column(
        "annotations",
        _ANNOTATIONS,
        "what else the corpus states about the clip, in its own words",
        "index",
    ),
    Column(
        "flags",
        pa.list_(_TEXT),
        "`quiet`, `clipped`, `dc_offset`, `upsampled`, `damaged`, `trailing_data`, "
        "`unknown_length`",
        "audio",
        _STATISTICS,
    ),
    Column(
        "gain_db",
        _FLOAT,
        "gain of level normalisation in dB: subtract it to get the original level back",
        "audio",
        _STATISTICS,
    ),
    Column("source_path", _TEXT, "file of the clip, relative to the corpus's root", "index"),
    Column("source_xxh3", _TEXT, "XXH3-128 of that file, as `xxhsum -H2` prints it", "audio"),
    Column("source_sample_rate", pa.int32(), "of that file, in Hz", "audio", _STATISTICS),
    Column("source_channels", pa.int16(), "number of channels of that file", "audio"),
    Column("source_codec", _TEXT, "how that file stores its samples", "audio"),
    Column(
        "audio_xxh3",
        _TEXT,
        "XXH3-128 of the stored samples, int16 little-endian: equal audio has equal sums, "
        "whatever the file format",
        "audio",
        _BOTH,
    ),
)

RECORD = arrow_schema(COLUMNS)
"""Arrow schema of a shard."""

Record = dict[str, Any]
"""One row, by column of :data:`RECORD`."""
