"""Protocols as Croissant has them: every fold with its leaks, and where each clip stands."""

from collections.abc import Mapping

from pipeline.dataset.croissant.fields import PARQUET, Json, field
from pipeline.schema.record import SPLITS
from pipeline.splits.protocols.statement import CorpusFolds, FoldFacts, ProtocolStatement

_FOLD_FIELDS: Mapping[str, tuple[str, str]] = {
    "protocol": ("sc:Text", "name of the protocol"),
    "corpus": ("sc:Text", "id of the corpus"),
    "fold": ("sc:Text", "name of the fold, as in the columns of protocol_rows"),
    "held_out": ("sc:Text", "speakers or sessions that are tested alone"),
    "classes": ("sc:Text", "classes that are scored"),
    **{part: ("cr:Int64", f"clips of its {part} part") for part in SPLITS},
    "shared_speakers": ("cr:Int64", "speakers shared by training and test"),
    "shared_audio": ("cr:Int64", "equal sounds shared by training and test"),
    "shared_recordings": (
        "cr:Int64",
        "recordings in training and, in another form, in test; null if not looked for",
    ),
}
"""Field of a fold → its type and meaning."""


def protocol_files() -> Json:
    """The files of the protocols."""
    return {
        "@type": "cr:FileSet",
        "@id": "protocol-files",
        "name": "protocol-files",
        "description": "protocols/<protocol>.parquet; `folds` says of each what its folds are",
        "encodingFormat": PARQUET,
        "includes": "protocols/*.parquet",
    }


def folds(protocols: Mapping[str, ProtocolStatement]) -> Json:
    """Every fold of every protocol, with its sizes and what leaks from training into test."""
    return {
        "@type": "cr:RecordSet",
        "@id": "folds",
        "name": "folds",
        "description": (
            "Folds of the protocols that stand beside the splits: "
            + "; ".join(f"{name}: {one.rule}" for name, one in protocols.items())
            + ". Shared is what stands in train or validation and in test."
        ),
        "key": [{"@id": f"folds/{name}"} for name in ("protocol", "corpus", "fold")],
        "field": [
            field(f"folds/{name}", data_type) | {"description": meaning}
            for name, (data_type, meaning) in _FOLD_FIELDS.items()
        ],
        "data": [
            {f"folds/{key}": value for key, value in _fold_row(name, corpus, entry, fold).items()}
            for name, protocol in protocols.items()
            for corpus, entry in protocol.corpora.items()
            for fold in entry.folds
        ],
    }


def _fold_row(protocol: str, corpus: str, entry: CorpusFolds, fold: FoldFacts) -> Json:
    return {
        "protocol": protocol,
        "corpus": corpus,
        "fold": fold.name,
        "held_out": ", ".join(fold.held_out),
        "classes": ", ".join(entry.classes),
        "train": fold.train,
        "validation": fold.validation,
        "test": fold.test,
        "shared_speakers": fold.shared_speakers,
        "shared_audio": fold.shared_audio,
        "shared_recordings": fold.shared_recordings,
    }


def protocol_rows() -> Json:
    """The files of the protocols: where each clip stands in them."""

    def read(column: str, data_type: str = "sc:Text") -> Json:
        source = {"fileSet": {"@id": "protocol-files"}, "extract": {"column": column}}
        return field(f"protocol_rows/{column}", data_type) | {"source": source}

    listed: Json = {"isArray": True, "arrayShape": "-1"}
    file_name = {
        "fileSet": {"@id": "protocol-files"},
        "extract": {"fileProperty": "filename"},
        "transform": {"regex": r"(.+)\.parquet"},
    }
    return {
        "@type": "cr:RecordSet",
        "@id": "protocol_rows",
        "name": "protocol_rows",
        "description": (
            "One record a clip of a protocol: the folds of its corpus in which it is tested, "
            "validated on or unused; in all others it is trained on."
        ),
        "field": [
            field("protocol_rows/protocol", "sc:Text") | {"source": file_name},
            read("id") | {"references": {"field": {"@id": "utterances/id"}}},
            read("corpus"),
            read("label") | {"description": "class by name"},
            *(read(part) | listed for part in ("test", "validation", "unused")),
        ],
    }
