"""Receipts as stored: read back, and refused where a later release wrote them."""

import json
from pathlib import Path

import pytest

from pipeline.common.errors import DataError
from pipeline.common.manifest_format import FORMAT as MANIFEST_FORMAT
from pipeline.dataset.manifest import read_manifest
from pipeline.shards.receipts import (
    FORMAT,
    RejectRow,
    ShardReceipt,
    list_receipts,
    read_receipt,
    receipt_path,
)

SHARD = "tones/train-00000-of-00001"
RECEIPT = ShardReceipt(SHARD, "a", "b", rows=1, size=2, xxh3="c", unwritten=())


def store(output: Path, content: bytes) -> None:
    path = Path(receipt_path(str(output), SHARD))
    path.parent.mkdir(parents=True)
    path.write_bytes(content)


def test_receipt_is_read_as_written(tmp_path: Path) -> None:
    store(tmp_path, RECEIPT.to_json())
    assert read_receipt(str(tmp_path), SHARD) == RECEIPT


def test_receipt_without_format_is_of_the_first(tmp_path: Path) -> None:
    fields = json.loads(RECEIPT.to_json())
    del fields["format"]
    store(tmp_path, json.dumps(fields).encode())
    assert read_receipt(str(tmp_path), SHARD) == RECEIPT


def test_receipt_of_a_later_release_is_refused_and_not_overwritten(tmp_path: Path) -> None:
    fields = json.loads(RECEIPT.to_json()) | {"format": FORMAT + 1, "unheard_of": True}
    store(tmp_path, json.dumps(fields).encode())
    with pytest.raises(DataError, match=r"later exhubert.*update exhubert"):
        read_receipt(str(tmp_path), SHARD)


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b"7", b'{"shard": "x"}'])
def test_what_is_no_receipt_is_none(content, tmp_path: Path) -> None:
    store(tmp_path, content)
    assert read_receipt(str(tmp_path), SHARD) is None


def test_manifest_of_a_later_release_is_refused_by_name(tmp_path: Path) -> None:
    later = {"format": MANIFEST_FORMAT + 1, "unheard_of": True}
    (tmp_path / "manifest.json").write_text(json.dumps(later))
    with pytest.raises(DataError, match=r"manifest\.json: manifest format 2.*later exhubert"):
        read_manifest(str(tmp_path))


@pytest.mark.parametrize(
    "change",
    [
        {"shard": "../../precious"},
        {"shard": "tones/train-00001-of-00002"},
        {"rows": "1"},
        {"size": -2},
        {"unwritten": [dict.fromkeys(RejectRow.__dataclass_fields__, 7)]},
    ],
)
def test_receipt_that_names_another_shard_or_holds_other_types_is_none(
    change: dict[str, object], tmp_path: Path
) -> None:
    store(tmp_path, json.dumps(json.loads(RECEIPT.to_json()) | change).encode())
    assert read_receipt(str(tmp_path), SHARD) is None


def test_only_names_of_shards_are_listed(tmp_path: Path) -> None:
    store(tmp_path, RECEIPT.to_json())
    for name in ("notes.json", "tones/notes.json", "unfinished", "tones/a/train-00000-of-1.json"):
        path = tmp_path / ".build" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("{}")
    assert list_receipts(str(tmp_path)) == [SHARD]
