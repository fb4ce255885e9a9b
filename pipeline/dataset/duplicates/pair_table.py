"""``duplicates.parquet``: every pair of clips that hold the same recording, and how that is known.

It outlives the clips: where one of two has left its split, or both were rejected for their labels,
the pair stays, so that the next build and ``relabel`` know of it.
"""

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.common.errors import DataError
from pipeline.storage import files as storage

PairKind = Literal["equal", "near"]
"""Whether the samples are equal, or the audio fingerprints nearly."""


class PairedClip(NamedTuple):
    """One clip of a pair, as it was when it was last in the dataset."""

    id: str
    audio_xxh3: str
    speaker: str | None
    emotion: str | None
    split: str

    @property
    def corpus(self) -> str:
        """Id of its corpus."""
        return self.id.split("/", 1)[0]


class Pair(NamedTuple):
    """Two clips that hold the same recording.

    Attributes:
        one: The clip whose id comes first.
        other: The other.
        kind: Kind of likeness.
        offset: Seconds by which the other begins later in the recording than the one.
        overlap: Seconds that were compared; None where all samples are equal.
        error: Share of the bits of their fingerprints that differ, in [0, 0.22].
    """

    one: PairedClip
    other: PairedClip
    kind: PairKind
    offset: float = 0.0
    overlap: float | None = None
    error: float = 0.0


@dataclass(frozen=True)
class PairTable:
    """All pairs of a dataset.

    Attributes:
        searched: Corpus → checksum of its audio when near-duplicates were last looked for.
        join_speakers: Whether speakers who share most of their clips are one person to splits.
    """

    pairs: Sequence[Pair] = ()
    searched: Mapping[str, str] = field(default_factory=dict)
    join_speakers: bool = False


_CLIP = [(name, pa.string()) for name in PairedClip._fields]
_SCHEMA = pa.schema(
    [
        *[(name, kind) for name, kind in _CLIP],
        *[(f"other_{name}", kind) for name, kind in _CLIP],
        ("kind", pa.string()),
        *[(name, pa.float32()) for name in ("offset", "overlap", "error")],
    ]
)
_META = b"exhubert"
_OTHER_CONTENT = (LookupError, ValueError, TypeError, AttributeError, pa.ArrowException)


def pairs_path(output: str) -> str:
    """Path or URL of the pairs of a dataset."""
    return storage.join(output, "duplicates.parquet")


def write_pairs(output: str, table: PairTable) -> None:
    """Writes the pairs of a dataset; no file if there are none."""
    if not table.pairs and not table.searched:
        storage.delete(pairs_path(output))
        return
    meta = {"searched": dict(sorted(table.searched.items())), "join_speakers": table.join_speakers}
    schema = _SCHEMA.with_metadata({_META: json.dumps(meta)})
    sink = pa.BufferOutputStream()
    pq.write_table(pa.Table.from_pylist([_to_row(pair) for pair in table.pairs], schema), sink)
    storage.write_atomic(pairs_path(output), sink.getvalue().to_pybytes())


def read_pairs(output: str) -> PairTable:
    """The pairs of a dataset; none where there is no such file.

    Raises:
        DataError: It is damaged.
    """
    content = storage.read(pairs_path(output))
    if content is None:
        return PairTable()
    try:
        table = pq.read_table(io.BytesIO(content), schema=_SCHEMA)
        meta = json.loads(pq.read_schema(io.BytesIO(content)).metadata[_META])
        return PairTable(
            [_from_row(row) for row in table.to_pylist()],
            {str(corpus): str(checksum) for corpus, checksum in meta["searched"].items()},
            bool(meta["join_speakers"]),
        )
    except (OSError, *_OTHER_CONTENT) as error:
        raise DataError(
            f"{pairs_path(output)}: not a table of pairs: {error}; delete it, build again, and "
            "then look for near-duplicates: exhubert duplicates DATASET"
        ) from None


def _to_row(pair: Pair) -> dict[str, Any]:
    other = {f"other_{name}": value for name, value in pair.other._asdict().items()}
    return pair.one._asdict() | other | pair._asdict()


def _from_row(row: Mapping[str, Any]) -> Pair:
    if row["kind"] not in ("equal", "near"):
        raise ValueError(f"kind {row['kind']!r}: expected equal or near")
    one, other = (
        PairedClip(*(row[f"{prefix}{name}"] for name in PairedClip._fields))
        for prefix in ("", "other_")
    )
    overlap = None if row["overlap"] is None else round(row["overlap"], 4)
    return Pair(one, other, row["kind"], round(row["offset"], 4), overlap, round(row["error"], 4))
