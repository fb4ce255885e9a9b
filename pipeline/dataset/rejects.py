"""``rejects.parquet``: every utterance that was found and not written."""

import io
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
    except (OSError, ValueError, TypeError, pa.ArrowException) as error:
        raise DataError(
            f"{rejects_path(output)}: not a table of clips left out: {error}; build again"
        ) from None


def read_left_out(output: str) -> list[LeftOut]:
    """Clips that were left out, by corpus, status and reason, with the first few of each.

    Raises:
        DataError: The table of them is damaged.
    """
    alike: dict[tuple[str, str, str], list[RejectRow]] = {}
    for row in read_rejects(output):
        alike.setdefault((row.corpus, row.status, row.reason), []).append(row)
    return [
        LeftOut(*key, len(rows), [(row.source_path, row.detail) for row in rows[:_EXAMPLES]])
        for key, rows in sorted(alike.items())
    ]
