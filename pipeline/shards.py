"""Shards: from the planned utterances of one shard to one Parquet file and its receipt.

The file appears under its final name only when complete; the receipt beside it says what it was
made from, so that a second run reuses it, and what could not be written, so that nothing is lost.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline import storage
from pipeline.audio import AudioError, Codec, Normalization, decode, encode, prepare
from pipeline.files import read_file
from pipeline.plan import UNWRITTEN, drop_copies
from pipeline.schema import RECORD
from pipeline.spec import CorpusSpec
from pipeline.utterance import Utterance, rejected

ROWS_PER_GROUP = 100
"""Rows of a Parquet row group: what a reader fetches to get at one clip."""

RECEIPTS = ".build"
"""Folder of the receipts, below the dataset folder."""


@dataclass(frozen=True)
class AudioOptions:
    """How every clip of a dataset is stored."""

    codec: Codec = "flac"
    normalize: Normalization = "peak"


@dataclass(frozen=True)
class Unwritten:
    """An utterance that was found and not written, and why: a row of ``rejects.parquet``."""

    id: str
    corpus: str
    source_path: str
    status: str
    stage: str
    reason: str
    detail: str
    label_native: str | None
    split: str | None


@dataclass(frozen=True)
class Receipt:
    """What a shard was made from and what came of it.

    Attributes:
        shard: ``<corpus>/<split>-NNNNN-of-NNNNN``.
        fingerprint: Of the planned utterances, the options and the code; empty where the shard
            must be made anew.
        rows: Number of utterances in the shard.
        size: Of the shard, in bytes; 0 where there is none.
        sha256: Of the shard.
        unwritten: The other utterances that were planned.
    """

    shard: str
    fingerprint: str
    rows: int
    size: int
    sha256: str
    unwritten: tuple[Unwritten, ...]

    @property
    def corpus(self) -> str:
        """Id of the corpus that the shard belongs to."""
        return self.shard.split("/", 1)[0]

    def to_json(self) -> bytes:
        """As stored."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=1).encode()

    @classmethod
    def from_json(cls, content: bytes) -> "Receipt":
        """As read."""
        fields = json.loads(content)
        return cls(**fields | {"unwritten": tuple(Unwritten(**row) for row in fields["unwritten"])})


def shard_path(output: str, shard: str) -> str:
    """Where a shard lies."""
    return storage.join(output, "data", f"{shard}.parquet")


def receipt_path(output: str, shard: str) -> str:
    """Where a shard's receipt lies."""
    return storage.join(output, RECEIPTS, f"{shard}.json")


def write_shard(
    shard: str,
    utterances: Iterable[Utterance],
    spec: CorpusSpec,
    root: str,
    output: str,
    options: AudioOptions,
    on_clip: Callable[[float], None] = lambda seconds: None,
) -> tuple[Receipt, bool]:
    """Writes one shard, or finds that it is there already.

    Args:
        shard: Its name, ``<corpus>/<split>-NNNNN-of-NNNNN``.
        utterances: All that are planned for it, in any order.
        spec: Their corpus.
        root: Where the corpus lies.
        output: The dataset folder.
        options: How clips are stored.
        on_clip: Told the length, in s, of every clip worked on; 0 where it was rejected.

    Returns:
        The receipt, and whether the shard of an earlier run was reused.
    """
    planned = drop_copies(utterances)
    fingerprint = _fingerprint(planned, spec, options)
    earlier = read_receipt(output, shard)
    if earlier and earlier.fingerprint == fingerprint and _is_there(output, earlier):
        return earlier, True
    records, unwritten = make_records(planned, spec, root, options, on_clip)
    content = b"" if f"/{UNWRITTEN}-" in shard else to_parquet(records)
    if content:
        storage.write(shard_path(output, shard), content)
    receipt = Receipt(
        shard=shard,
        fingerprint=fingerprint,
        rows=len(records),
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest() if content else "",
        unwritten=tuple(unwritten),
    )
    storage.write(receipt_path(output, shard), receipt.to_json())
    return receipt, False


def make_records(
    utterances: Sequence[Utterance],
    spec: CorpusSpec,
    root: str,
    options: AudioOptions,
    on_clip: Callable[[float], None] = lambda seconds: None,
) -> tuple[list[dict[str, Any]], list[Unwritten]]:
    """Rows of those utterances that can be written, and reasons for the others."""
    records: list[dict[str, Any]] = []
    unwritten: list[Unwritten] = []
    source = _Source(root)
    for utterance in utterances:
        if utterance.verdict is not None:
            unwritten.append(_unwritten(utterance))
            continue
        try:
            records.append(_record(utterance, spec, source, options))
            on_clip(records[-1]["duration"])
            continue
        except AudioError as error:
            unwritten.append(_unwritten(utterance, error.reason, error.detail))
        except OSError as error:
            detail = f"can't be read: {error.strerror or error}"
            unwritten.append(_unwritten(utterance, "unreadable", detail))
        on_clip(0.0)
    return records, unwritten


def to_parquet(records: list[dict[str, Any]] | pa.Table) -> bytes:
    """A shard's content; the same bytes for the same rows."""
    table = records if isinstance(records, pa.Table) else pa.Table.from_pylist(records, RECORD)
    sink = pa.BufferOutputStream()
    pq.write_table(
        table,
        sink,
        row_group_size=ROWS_PER_GROUP,
        compression={name: "NONE" if name == "audio.bytes" else "ZSTD" for name in _leaves()},
        use_dictionary=[name for name in _leaves() if name != "audio.bytes"],
        write_statistics=[name for name in _leaves() if not name.startswith("audio.")],
        write_page_index=True,
    )
    content: bytes = sink.getvalue().to_pybytes()
    return content


def read_receipt(output: str, shard: str) -> Receipt | None:
    """The receipt of a shard; None where there is none, or none that can be read."""
    content = storage.read(receipt_path(output, shard))
    try:
        return Receipt.from_json(content) if content else None
    except (ValueError, TypeError, KeyError):
        return None


@cache
def code_version() -> str:
    """Fingerprint of the code and the libraries that decide what a shard contains."""
    digest = hashlib.sha256()
    for module in ("audio", "schema", "shards", "utterance"):
        digest.update(Path(__file__).with_name(f"{module}.py").read_bytes())
    for library in ("numpy", "pyarrow", "soundfile", "soxr", "av"):
        digest.update(f"{library} {version(library)}\n".encode())
    return digest.hexdigest()


class _Source:
    """Reads files of a corpus; keeps the last, which segments of one recording share."""

    def __init__(self, root: str) -> None:
        self.root = root
        self.path: str | None = None
        self.content = b""
        self.sha256 = ""

    def read(self, path: str) -> tuple[bytes, str]:
        """Content and SHA-256 of a file."""
        if path != self.path:
            self.content = read_file(self.root, path)
            self.sha256 = hashlib.sha256(self.content).hexdigest()
            self.path = path
        return self.content, self.sha256


def _record(
    utterance: Utterance, spec: CorpusSpec, source: _Source, options: AudioOptions
) -> dict[str, Any]:
    content, source_sha256 = source.read(utterance.source_path)
    recording = decode(content, utterance.start, utterance.end, spec.max_duration)
    clip = prepare(recording, options.normalize, utterance.channel)
    return {
        "id": utterance.id,
        "corpus": utterance.corpus,
        "split": utterance.split,
        "licence": spec.licence.name,
        "language": utterance.language,
        "audio": {
            "bytes": encode(clip.samples, options.codec),
            "path": f"{utterance.id}.{options.codec}",
        },
        "duration": clip.duration,
        "speaker": utterance.speaker,
        "gender": utterance.gender,
        "age": utterance.age,
        "text": utterance.text,
        "label_native": utterance.label_native,
        "emotion": utterance.emotion,
        "arousal_class": utterance.arousal_class,
        "valence_class": utterance.valence_class,
        "label": utterance.label,
        "arousal": utterance.arousal,
        "valence": utterance.valence,
        "dominance": utterance.dominance,
        "votes": _pairs(utterance.votes),
        "annotations": _pairs(utterance.annotations),
        "flags": clip.flags,
        "gain_db": clip.gain_db,
        "source_path": utterance.source_path,
        "source_sha256": source_sha256,
        "source_sample_rate": recording.rate,
        "source_channels": recording.channels,
        "source_codec": recording.codec,
        "audio_sha256": hashlib.sha256(clip.samples.astype("<i2").tobytes()).hexdigest(),
    }


def _pairs(mapping: Mapping[str, object] | None) -> list[dict[str, object]] | None:
    return [{"key": k, "value": v} for k, v in sorted(mapping.items())] if mapping else None


def _unwritten(utterance: Utterance, reason: str = "", detail: str = "") -> Unwritten:
    verdict = utterance.verdict or rejected("audio", reason, detail)
    return Unwritten(
        id=utterance.id,
        corpus=utterance.corpus,
        source_path=utterance.source_path,
        status=verdict.status,
        stage=verdict.stage,
        reason=verdict.reason,
        detail=verdict.detail,
        label_native=utterance.label_native,
        split=utterance.split,
    )


def _fingerprint(planned: Sequence[Utterance], spec: CorpusSpec, options: AudioOptions) -> str:
    content = {
        "code": code_version(),
        "options": asdict(options),
        "licence": spec.licence.name,
        "max_duration": spec.max_duration,
        "utterances": [asdict(utterance) for utterance in planned],
    }
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _is_there(output: str, receipt: Receipt) -> bool:
    return not receipt.size or storage.size(shard_path(output, receipt.shard)) == receipt.size


@cache
def _leaves() -> list[str]:
    """Paths of the Parquet columns of a record, nested ones included."""
    empty = pa.BufferOutputStream()
    pq.write_table(RECORD.empty_table(), empty)
    schema = pq.read_schema(pa.BufferReader(empty.getvalue()))
    file = pq.ParquetFile(pa.BufferReader(empty.getvalue()))
    assert schema.equals(RECORD)
    return [file.schema.column(i).path for i in range(len(file.schema))]
