"""audformat: a database with schemes, splits and a table of every clip."""

from typing import Any

import pandas as pd

from pipeline.dataset.manifest import Manifest
from pipeline.exports.export_request import ExportRequest
from pipeline.schema.record import CLASSES, DIMENSIONS, GENDERS, SAMPLE_RATE, SPLITS

_SPLIT_TYPES = {"train": "train", "validation": "dev", "test": "test"}
"""Our splits → audformat's kinds of them."""

_COLUMNS = ("corpus", "emotion", "class_name", "speaker", "text", "language", *DIMENSIONS)


def write_audformat(request: ExportRequest) -> None:
    """Writes ``db.yaml``, a table ``emotion.<split>`` for each split, and the clips.

    ``audformat.Database.load(folder)`` reads it. Speakers carry gender and age.
    """
    import audformat

    files = request.write_audio()
    rows = request.rows.assign(file=files)
    database = audformat.Database(
        name="exhubert",
        source=", ".join(sorted(entry.name for entry in request.manifest.corpora.values())),
        usage=_usage(request.manifest),
        languages=sorted(filter(None, map(_language, rows["language"].dropna().unique()))),
        description="Speech-emotion corpora in one scheme; corpora keep their own licences.",
    )
    suffix = files[0].rpartition(".")[2] if files else "flac"
    database.media["microphone"] = audformat.Media(
        format=suffix, sampling_rate=SAMPLE_RATE, channels=1, bit_depth=16
    )
    _add_schemes(database, rows)
    for split in SPLITS:
        part = rows[rows["split"] == split]
        if part.empty:
            continue
        database.splits[split] = audformat.Split(_SPLIT_TYPES[split])
        table = audformat.Table(
            audformat.filewise_index(part["file"].tolist()), split_id=split, media_id="microphone"
        )
        database[f"emotion.{split}"] = table
        for name in _COLUMNS:
            table[name] = audformat.Column(scheme_id=name)
            values = part[name].astype(object)
            table[name].set([None if pd.isna(value) else value for value in values])
    database.save(str(request.folder), storage_format="csv")


def _usage(manifest: Manifest) -> str:
    """What the mix may be used for, in audformat's words; what nobody has said is not allowed."""
    from audformat.define import Usage

    terms = manifest.terms
    if terms["redistribution"].rule != "free" or terms["changes"].rule == "bound":
        return str(Usage.RESTRICTED)
    return str(Usage.RESEARCH if terms["commercial_use"].rule != "free" else Usage.UNRESTRICTED)


def _add_schemes(database: Any, rows: pd.DataFrame) -> None:
    from audformat import Scheme

    speakers = rows.dropna(subset=["speaker"]).groupby("speaker", sort=True).first()
    facts: dict[str, dict[str, object]] = {
        str(speaker): {
            key: value
            for key, value in (("gender", one["gender"]), ("age", one["age"]))
            if not pd.isna(value)
        }
        for speaker, one in speakers.iterrows()
    }
    database.schemes["corpus"] = Scheme("str", labels=sorted(rows["corpus"].unique()))
    database.schemes["emotion"] = Scheme("str", labels=sorted(rows["emotion"].dropna().unique()))
    database.schemes["class_name"] = Scheme(
        "str", labels=list(CLASSES), description="six classes of arousal and valence"
    )
    database.schemes["gender"] = Scheme("str", labels=list(GENDERS))
    database.schemes["speaker"] = Scheme("str", labels=facts or None)
    database.schemes["text"] = Scheme("str", description="what is said")
    database.schemes["language"] = Scheme("str", description="BCP-47")
    for name in DIMENSIONS:
        database.schemes[name] = Scheme("float", minimum=0, maximum=1)


def _language(tag: str) -> str | None:
    """The language of a BCP-47 tag as ISO 639-3; None where audformat knows none."""
    import audformat

    try:
        return str(audformat.utils.map_language(tag.partition("-")[0]))
    except ValueError:
        return None
