"""Shards as files."""

from pathlib import Path

import pyarrow.parquet as pq
import pytest
from xxhash import xxh3_128_hexdigest

from pipeline.common.errors import DataError
from pipeline.schema.record import RECORD
from pipeline.schema.utterance import Utterance
from pipeline.shards.parquet import ROWS_PER_GROUP, in_row_groups, read_shard, write_parquet
from pipeline.specs.corpus_spec import CorpusSpec
from tests.pipeline.shards.conftest import OPTIONS, SHARD, make_records


def test_missing_shard_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"train-00000-of-00001\.parquet: missing; exhubert verify"):
        read_shard(str(tmp_path), SHARD)


def test_row_groups_are_small_and_audio_is_not_compressed(
    utterances: list[Utterance], spec: CorpusSpec, root: str, tmp_path: Path
) -> None:
    records = list(make_records(utterances, spec, root, OPTIONS, pytest.fail))
    many = [record | {"id": f"{n}"} for n, record in enumerate(records * 5)]
    with (tmp_path / "a.parquet").open("wb") as sink:
        facts = write_parquet(sink, in_row_groups(many))
    content = (tmp_path / "a.parquet").read_bytes()
    assert facts == (len(many), len(content), xxh3_128_hexdigest(content))
    file = pq.ParquetFile(tmp_path / "a.parquet")
    assert file.schema_arrow.equals(RECORD, check_metadata=False)
    sizes = [file.metadata.row_group(n).num_rows for n in range(file.num_row_groups)]
    assert sizes == [ROWS_PER_GROUP, 120 - ROWS_PER_GROUP]
    columns = [file.metadata.row_group(0).column(n) for n in range(file.metadata.num_columns)]
    compression = {column.path_in_schema: column.compression for column in columns}
    assert compression["audio.bytes"] == "UNCOMPRESSED"
    assert compression["text"] == "SNAPPY"
