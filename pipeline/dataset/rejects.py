"""``rejects.parquet``: every utterance that was found and not written."""

import io
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.common.errors import DataError
from pipeline.shards.receipts import RejectRow, ShardReceipt
from pipeline.storage import files as storage

_SCHEMA = pa.schema([(field.name, pa.string()) for field in fields(RejectRow)])
_EXAMPLES = 3  # of every reason
_OTHER_CONTENT = (OSError, ValueError, TypeError, LookupError, pa.ArrowException)


@dataclass(frozen=True)
class LeftOut:
    """Clips of a corpus that were left out for one reason.

    Attributes:
        examples: Path and detail of the first few.
    """

    corpus: str
    status: str
    reason: str
    clips: int
    examples: list[tuple[str, str]]


def rejects_path(output: str) -> str:
    """Path or URL of a dataset's rejects."""
    return storage.join(output, "rejects.parquet")


def write_rejects(output: str, receipts: Iterable[ShardReceipt]) -> None:
    """Writes the utterances that receipts name as not written."""
    rows = [asdict(row) for receipt in receipts for row in receipt.unwritten]
    frame = pd.DataFrame(rows, columns=_SCHEMA.names).sort_values(["id", "source_path"])
    sink = pa.BufferOutputStream()
    pq.write_table(pa.Table.from_pandas(frame, _SCHEMA, preserve_index=False), sink)
    storage.write_atomic(rejects_path(output), sink.getvalue().to_pybytes())


def read_rejects(output: str) -> list[RejectRow]:
    """The utterances, sorted by id; none where there is no such file.

    Raises:
        DataError: It is damaged.
    """
    content = storage.read(rejects_path(output))
    if content is None:
        return []
    try:
        return [RejectRow(**row) for row in pq.read_table(io.BytesIO(content)).to_pylist()]
    except _OTHER_CONTENT as error:
        raise _damaged(output, error) from None


def read_left_out(output: str) -> list[LeftOut]:
    """Clips that were left out, by corpus, status and reason, with the first few of each.

    Raises:
        DataError: The table of them is damaged.
    """
    content = storage.read(rejects_path(output))
    if content is None:
        return []
    try:
        return _count_alike(content)
    except _OTHER_CONTENT as error:
        raise _damaged(output, error) from None


def _count_alike(content: bytes) -> list[LeftOut]:
    """Counts rows a batch at a time: there may be millions."""
    clips: Counter[tuple[str, str, str]] = Counter()
    examples: dict[tuple[str, str, str], list[tuple[str, str]]] = {}
    columns = ["corpus", "status", "reason", "source_path", "detail"]
    for batch in pq.ParquetFile(io.BytesIO(content)).iter_batches(columns=columns):
        corpora, statuses, reasons, paths, details = map(batch.column, columns)
        keys = zip(*(part.to_pylist() for part in (corpora, statuses, reasons)), strict=True)
        for index, key in enumerate(keys):
            clips[key] += 1
            if clips[key] <= _EXAMPLES:
                shown = (paths[index].as_py(), details[index].as_py())
                examples.setdefault(key, []).append(shown)
    return [LeftOut(*key, clips[key], examples[key]) for key in sorted(clips)]


def _damaged(output: str, error: Exception) -> DataError:
    return DataError(f"{rejects_path(output)}: not a table of clips left out: {error}; build again")
