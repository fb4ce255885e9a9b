"""One shard: written, reused, made anew, and complete or known not to be."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from pipeline.audio.options import AudioOptions
from pipeline.common.errors import DataError
from pipeline.planning.index_corpus import index_corpus
from pipeline.schema.record import RECORD
from pipeline.schema.utterance import Utterance, excluded
from pipeline.shards.fingerprint import fingerprints, reusable
from pipeline.shards.parquet import ROWS_PER_GROUP, in_row_groups, read_shard, to_parquet
from pipeline.shards.receipts import (
    INCOMPLETE,
    read_receipt,
    read_valid_receipt,
    shard_path,
    to_reject_row,
)
from pipeline.shards.records import make_records
from pipeline.shards.rewrite import repair_shard, rewrite_shard
from pipeline.shards.writer import WrittenShard, write_shard, write_shard_files
from pipeline.specs.corpus_spec import CorpusSpec
from pipeline.specs.emotion_scheme import emotion_scheme
from tests.conftest import MakeCorpus, MakeSpec

SHARD = "tones/train-00000-of-00001"
OPTIONS = AudioOptions()
Write = Callable[..., WrittenShard]


@pytest.fixture
def spec(make_spec: MakeSpec) -> CorpusSpec:
    return make_spec()


@pytest.fixture
def root(make_corpus: MakeCorpus) -> str:
    return str(make_corpus())


@pytest.fixture
def utterances(spec: CorpusSpec, root: str) -> list[Utterance]:
    return index_corpus(spec, root, emotion_scheme()).utterances


@pytest.fixture
def write(utterances: list[Utterance], spec: CorpusSpec, root: str, tmp_path: Path) -> Write:
    def run(planned: list[Utterance] = utterances, options: AudioOptions = OPTIONS, **hooks):  # type: ignore[no-untyped-def]
        return write_shard(SHARD, planned, spec, root, str(tmp_path), options, **hooks)

    return run


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


def test_fingerprints_tell_what_can_stay(utterances: list[Utterance], spec: CorpusSpec) -> None:
    audio, content = fingerprints(utterances, spec, OPTIONS)
    relabelled = [utterances[0]._replace(text="hello"), *utterances[1:]]
    changed = [utterances[0]._replace(source_version="2"), *utterances[1:]]
    assert fingerprints(relabelled, spec, OPTIONS)[0] == audio
    assert fingerprints(relabelled, spec, OPTIONS)[1] != content
    assert fingerprints(changed, spec, OPTIONS)[0] != audio
    assert reusable(None, audio, content) == "nothing"


def test_how_much_of_a_receipt_can_stay(write: Write) -> None:
    receipt = write().receipt
    assert reusable(receipt, receipt.audio, receipt.fingerprint) == "shard"
    assert reusable(receipt, receipt.audio, "other") == "audio"
    assert reusable(receipt, "other", receipt.fingerprint) == "nothing"


def test_shard_whose_run_was_interrupted_is_known_and_repaired(
    write: Write, tmp_path: Path
) -> None:
    output = str(tmp_path)
    receipt = write().receipt
    content = memoryview(Path(shard_path(output, SHARD)).read_bytes())
    interrupted = replace(receipt, size=INCOMPLETE)
    write_shard_files(output, interrupted, memoryview(b""))
    assert read_receipt(output, SHARD) == interrupted
    assert read_valid_receipt(output, SHARD) is None
    repaired = repair_shard(output, interrupted)
    assert (repaired.rows, repaired.size, repaired.audio) == (24, len(content), "")
    assert read_valid_receipt(output, SHARD) == repaired


def test_shard_that_was_cut_off_is_not_valid(write: Write, tmp_path: Path) -> None:
    write()
    file = Path(shard_path(str(tmp_path), SHARD))
    file.write_bytes(file.read_bytes()[:-1])
    assert read_valid_receipt(str(tmp_path), SHARD) is None


def test_rewritten_shard_accounts_for_rows_that_left(
    write: Write, utterances: list[Utterance], tmp_path: Path
) -> None:
    output = str(tmp_path)
    receipt = write().receipt
    table = read_shard(output, SHARD)
    gone = excluded("labels", "excluded", "by this test")
    left = [to_reject_row(utterance, gone) for utterance in utterances[:2]]
    smaller = rewrite_shard(output, receipt, table.slice(2), left, audio=receipt.audio)
    assert smaller.rows == read_shard(output, SHARD).num_rows == 22
    assert len(smaller.unwritten) == 2
    again = rewrite_shard(output, smaller, table, [], audio="")
    assert (again.rows, again.unwritten) == (24, ())


def test_missing_shard_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"train-00000-of-00001\.parquet: missing; build corpus to"):
        read_shard(str(tmp_path), SHARD)


def test_row_groups_are_small_and_audio_is_not_compressed(
    utterances: list[Utterance], spec: CorpusSpec, root: str, tmp_path: Path
) -> None:
    records = list(make_records(utterances, spec, root, OPTIONS, pytest.fail))
    many = [record | {"id": f"{n}"} for n, record in enumerate(records * 5)]
    (tmp_path / "a.parquet").write_bytes(to_parquet(in_row_groups(many)))
    file = pq.ParquetFile(tmp_path / "a.parquet")
    assert file.schema_arrow.equals(RECORD, check_metadata=False)
    sizes = [file.metadata.row_group(n).num_rows for n in range(file.num_row_groups)]
    assert sizes == [ROWS_PER_GROUP, 120 - ROWS_PER_GROUP]
    columns = [file.metadata.row_group(0).column(n) for n in range(file.metadata.num_columns)]
    compression = {column.path_in_schema: column.compression for column in columns}
    assert compression["audio.bytes"] == "UNCOMPRESSED"
    assert compression["text"] == "ZSTD"
