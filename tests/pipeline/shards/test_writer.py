"""One shard: written, reused, made anew, and complete or known not to be."""

from pathlib import Path

import pytest

from pipeline.audio.options import AudioOptions
from pipeline.schema.utterance import Utterance
from pipeline.shards import source_audio, waiting_rows
from pipeline.shards.parquet import read_shard
from pipeline.shards.receipts import (
    read_valid_receipt,
    shard_path,
)
from pipeline.shards.writer import write_shards
from pipeline.sources import byte_ranges
from pipeline.specs.corpus_spec import CorpusSpec
from tests.conftest import write_tone
from tests.pipeline.shards.conftest import OPTIONS, SHARD, Write


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


@pytest.fixture
def call(utterances: list[Utterance], root: str) -> dict[str, list[Utterance]]:
    """Segments of one recording in three shards of two splits; those of test lie between others."""
    path = Path(root, "call.wav")
    write_tone(path, seconds=12.0)
    size = path.stat().st_size
    shards: dict[str, list[Utterance]] = {}
    for number in range(24):
        split = "test" if number % 3 == 2 else "train"
        shard = f"tones/{split}-{number // 12 if split == 'train' else 0:05d}-of-00002"
        start = number / 2
        segment = utterances[0]._replace(
            id=f"tones/call#{start:g}", dedup_key=f"tones/call#{start:g}", split=split, shard=shard,
            start=start, end=start + 0.5, source_path="call.wav", source_size=size,
        )  # fmt: skip
        outside = segment._replace(
            id=f"{segment.id}-99", dedup_key=f"{segment.id}-99", start=50.0, end=51.0
        )
        shards.setdefault(shard, []).extend([segment, outside] if number % 5 == 0 else [segment])
    return shards


@pytest.mark.parametrize("long", [0, 1 << 30])
@pytest.mark.parametrize("in_memory", [0, 1 << 30])
def test_shards_of_one_recording_are_written_in_one_pass_and_as_if_alone(
    call: dict[str, list[Utterance]],
    spec: CorpusSpec,
    root: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    long: int,
    in_memory: int,
) -> None:
    monkeypatch.setattr(source_audio, "LONG", long)
    monkeypatch.setattr(waiting_rows, "IN_MEMORY", in_memory)
    alone, together = str(tmp_path / "alone"), str(tmp_path / "together")
    expected = [
        written
        for shard in call
        for written in write_shards({shard: call[shard]}, spec, root, alone, OPTIONS)
    ]
    source_audio._KNOWN.clear()
    asked: list[int] = []
    original = byte_ranges._read_local

    def read(file: Path, start: int, end: int) -> bytes:
        asked.append(end - start)
        return original(file, start, end)

    monkeypatch.setattr(byte_ranges, "_read_local", read)
    assert list(write_shards(call, spec, root, together, OPTIONS)) == expected
    assert sum(asked) == (0 if long else Path(root, "call.wav").stat().st_size)
    for shard in call:
        content = Path(shard_path(together, shard)).read_bytes()
        assert content == Path(shard_path(alone, shard)).read_bytes()


def test_after_a_death_in_between_only_missing_shards_are_made(
    call: dict[str, list[Utterance]], spec: CorpusSpec, root: str, tmp_path: Path
) -> None:
    first = next(iter(write_shards(call, spec, root, str(tmp_path), OPTIONS)))
    started: list[str] = []
    again = list(write_shards(call, spec, root, str(tmp_path), OPTIONS, started.append))
    assert again[0].receipt == first.receipt
    assert [one.reused for one in again] == [first.receipt.rows, 0, 0]
    assert len(started[:-1]) == sum(len(call[one.receipt.shard]) for one in again[1:])
    assert started[-1] == ""  # all are read
