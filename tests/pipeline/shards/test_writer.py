"""One shard: written, reused, made anew, and complete or known not to be."""

from pathlib import Path

import pytest

from pipeline.audio.options import AudioOptions
from pipeline.schema.utterance import Utterance
from pipeline.shards.parquet import read_shard
from pipeline.shards.receipts import (
    read_valid_receipt,
    shard_path,
)
from tests.pipeline.shards.conftest import SHARD, Write


def test_clips_are_announced_and_counted(write: Write, utterances: list[Utterance]) -> None:
    started: list[str] = []
    seconds: list[float] = []
    written = write(on_start=started.append, on_clip=seconds.append)
    assert started == [f"tones: {u.source_path}" for u in utterances]
    assert seconds == [pytest.approx(0.3)] * 24
    assert (written.receipt.rows, written.reused) == (24, 0)


def test_rows_are_sorted_whatever_the_order(
    write: Write, utterances: list[Utterance], tmp_path: Path
) -> None:
    first = write().receipt
    content = Path(shard_path(str(tmp_path), SHARD)).read_bytes()
    Path(shard_path(str(tmp_path), SHARD)).unlink()
    assert write(utterances[::-1]).receipt == first
    assert Path(shard_path(str(tmp_path), SHARD)).read_bytes() == content


def test_unchanged_shard_is_reused(write: Write) -> None:
    write()
    started: list[str] = []
    assert write(on_start=started.append).reused == 24
    assert not started


def test_audio_stays_where_only_labels_change(
    write: Write, utterances: list[Utterance], tmp_path: Path
) -> None:
    write()
    before = read_shard(str(tmp_path), SHARD)
    started: list[str] = []
    relabelled = [u._replace(emotion="boredom") for u in utterances]
    assert write(relabelled, on_start=started.append).reused == 24
    after = read_shard(str(tmp_path), SHARD)
    assert not started
    assert set(after["emotion"].to_pylist()) == {"boredom"}
    assert after["audio"].equals(before["audio"])


@pytest.mark.parametrize("options", [AudioOptions(codec="wav"), AudioOptions(normalize="none")])
def test_other_audio_is_made_anew(write: Write, options: AudioOptions) -> None:
    write()
    assert write(options=options).reused == 0


def test_file_that_can_not_be_read_is_tried_again(
    write: Write, utterances: list[Utterance], root: str
) -> None:
    lost = Path(root, utterances[0].source_path)
    content = lost.read_bytes()
    lost.unlink()
    receipt = write().receipt
    assert [row.reason for row in receipt.unwritten] == ["unreadable"]
    assert (receipt.rows, receipt.audio) == (23, "")
    lost.write_bytes(content)
    assert write().receipt.rows == 24


def test_shard_that_was_cut_off_is_not_valid(write: Write, tmp_path: Path) -> None:
    write()
    file = Path(shard_path(str(tmp_path), SHARD))
    file.write_bytes(file.read_bytes()[:-1])
    assert read_valid_receipt(str(tmp_path), SHARD) is None
