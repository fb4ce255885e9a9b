"""Receipts: what each shard was made from, and which utterances could not be written.

A receipt shows a second run what it can reuse, and accounts for every utterance that was planned.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from pipeline.common.errors import DataError
from pipeline.schema.utterance import DropReason, Status, Utterance
from pipeline.storage import files as storage
from pipeline.storage import is_remote

RECEIPTS = ".build"
"""Folder of the receipts, below the dataset folder."""


_RECEIPT = re.compile(r"(?P<shard>\w+/\w+-\d{5}-of-\d{5})\.json")
"""Path of a receipt, below the folder of all of them."""


@dataclass(frozen=True)
class RejectRow:
    """An utterance that was found and not written, and why: a row of ``rejects.parquet``."""

    id: str
    corpus: str
    source_path: str
    status: Status
    stage: str
    reason: str
    detail: str
    label_native: str | None
    split: str | None


FORMAT = 1
"""Format of the receipts written here; receipts of earlier releases without one have it, too."""

INCOMPLETE = -1
"""Size of a shard that a run has begun to write; it stays where the run was interrupted."""


@dataclass(frozen=True)
class ShardReceipt:
    """Inputs and outcome of one shard.

    Attributes:
        shard: ``<corpus>/<split>-NNNNN-of-NNNNN``.
        audio: Digest of the files, the options and the code that the audio depends on; empty if
            the shard must be made anew (a file could not be read, and may be next time).
        fingerprint: Digest of all that the shard depends on; empty if its labels must be written
            anew.
        rows: Number of utterances in the shard.
        size: Size of the shard in bytes; 0 without rows, :data:`INCOMPLETE` until it is written.
        xxh3: XXH3-128 of the shard.
        unwritten: The other utterances that were planned.
        format: Format of the receipt itself.
    """

    shard: str
    audio: str
    fingerprint: str
    rows: int
    size: int
    xxh3: str
    unwritten: tuple[RejectRow, ...]
    format: int = FORMAT

    @property
    def found(self) -> int:
        """Number of utterances that it accounts for."""
        return self.rows + len(self.unwritten)

    @property
    def corpus(self) -> str:
        """Id of the corpus that the shard belongs to."""
        return self.shard.split("/", 1)[0]

    def to_json(self) -> bytes:
        """The content of the file that stores it."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=1).encode()

    @classmethod
    def from_json(cls, content: bytes) -> "ShardReceipt":
        """A receipt from the content of its file.

        Raises:
            DataError: A later release has written it.
            ValueError, TypeError, KeyError: It is not a receipt.
        """
        fields = json.loads(content)
        if (found := fields.get("format", FORMAT)) > FORMAT:
            raise DataError(
                f"receipt of shard {fields.get('shard')}: format {found}, written by a later "
                f"exhubert; this one reads up to {FORMAT}: update exhubert, or build elsewhere"
            )
        receipt = cls(
            **fields | {"unwritten": tuple(RejectRow(**row) for row in fields["unwritten"])}
        )
        _check_types(receipt)
        return receipt


def _check_types(receipt: ShardReceipt) -> None:
    """Checks what is in a receipt, which may come from others."""
    texts = (receipt.shard, receipt.audio, receipt.fingerprint, receipt.xxh3)
    cells = (cell for row in receipt.unwritten for cell in asdict(row).values())
    counts = (receipt.rows, receipt.size - INCOMPLETE)
    if not (
        all(isinstance(text, str) for text in texts)
        and all(cell is None or isinstance(cell, str) for cell in cells)
        and all(isinstance(count, int) and count >= 0 for count in counts)
    ):
        raise TypeError("a value of another type than a receipt's")


def to_reject_row(utterance: Utterance, dropped: DropReason) -> RejectRow:
    """Converts a dropped utterance to a row of ``rejects.parquet``."""
    return RejectRow(
        id=utterance.id,
        corpus=utterance.corpus,
        source_path=utterance.source_path,
        status=dropped.status,
        stage=dropped.stage,
        reason=dropped.reason,
        detail=dropped.detail,
        label_native=utterance.label_native,
        split=utterance.split,
    )


def to_drop_reason(row: RejectRow) -> DropReason:
    """Why the utterance of a row was dropped."""
    return DropReason(row.status, row.stage, row.reason, row.detail)


def shard_path(output: str, shard: str) -> str:
    """Path or URL of a shard."""
    return storage.join(output, "data", f"{shard}.parquet")


def receipt_path(output: str, shard: str) -> str:
    """Path or URL of a shard's receipt."""
    return storage.join(output, RECEIPTS, f"{shard}.json")


def write_receipt(output: str, receipt: ShardReceipt) -> None:
    """Stores a receipt, replacing an earlier one."""
    storage.write_atomic(receipt_path(output, receipt.shard), receipt.to_json())


def read_receipt(output: str, shard: str) -> ShardReceipt | None:
    """The receipt of a shard; None where there is none, or none that can be read.

    A receipt that names another shard than its file does is ignored, too: it would have that shard
    overwritten or deleted.

    Raises:
        DataError: A later release has written it.
    """
    content = storage.read(receipt_path(output, shard))
    try:
        receipt = ShardReceipt.from_json(content) if content else None
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
    return receipt if receipt and receipt.shard == shard else None


def read_valid_receipt(output: str, shard: str) -> ShardReceipt | None:
    """The receipt of a complete shard; None where either is missing, not complete or damaged.

    Raises:
        DataError: A later release has written it.
    """
    receipt = read_receipt(output, shard)
    if receipt and receipt.size and not _is_intact(shard_path(output, shard), receipt):
        return None
    return receipt


def _is_intact(path: str, receipt: ShardReceipt) -> bool:
    """Whether a file has the size and, on a disk, the checksum that its receipt states.

    What lies in a store is not read for that: stores keep checksums of their own.
    """
    if storage.file_size(path) != receipt.size:
        return False
    return is_remote(path) or storage.checksum(path) == receipt.xxh3


def read_receipts(output: str, expected: Iterable[str] = ()) -> list[ShardReceipt]:
    """Receipts of every shard of a dataset, sorted by name.

    Args:
        output: The dataset folder.
        expected: Shards that must have one, whether the folder's listing names it or not.

    Raises:
        DataError: A receipt is missing or can't be read.
    """

    def read(shard: str) -> ShardReceipt:
        receipt = read_receipt(output, shard)
        if receipt is None:
            path = receipt_path(output, shard)
            raise DataError(
                f"{path}: missing, or not the receipt of shard {shard}; delete it if it is there, "
                f"and build corpus {shard.split('/')[0]} again"
            )
        return receipt

    return storage.map_files(output, read, sorted({*list_receipts(output), *expected}))


def list_receipts(output: str) -> list[str]:
    """Names of the shards that have a receipt, sorted."""
    names = storage.list_names(storage.join(output, RECEIPTS))
    return [found["shard"] for name in names if (found := _RECEIPT.fullmatch(name))]
