from pathlib import Path

import pytest

from pipeline.audio.options import AudioOptions
from pipeline.common.errors import DataError
from pipeline.dataset.build_state import is_unfinished, mark_unfinished
from pipeline.dataset.finalize import finalize_dataset
from pipeline.shards.receipts import ShardReceipt, receipt_path, shard_path
from pipeline.specs.emotion_scheme import emotion_scheme
from tests.conftest import MakeSpec


def test_shards_of_another_plan_are_removed_and_the_build_is_finished(
    tmp_path: Path, make_spec: MakeSpec
) -> None:
    output = tmp_path / "dataset"
    stale = ShardReceipt("tones/train-00000-of-00009", "a", "b", 1, 4, "c", ())
    for path, content in (
        (receipt_path(str(output), stale.shard), stale.to_json()),
        (shard_path(str(output), stale.shard), b"PAR1"),
    ):
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_bytes(content)
    mark_unfinished(str(output))
    written = finalize_dataset(
        str(output), [], {"tones": make_spec()}, emotion_scheme(), AudioOptions(), {"tones": 0}
    )
    assert not list(output.rglob("*-of-00009*"))
    assert not is_unfinished(str(output))
    assert written.corpora["tones"].found == 0
    files = {path.name for path in output.iterdir() if path.is_file()}
    assert files == {
        "manifest.json", "rejects.parquet", "README.md", "croissant.json", "report.html"
    }  # fmt: skip


def test_a_shard_that_came_twice_is_an_error_of_the_runner(
    tmp_path: Path, make_spec: MakeSpec
) -> None:
    with pytest.raises(DataError, match="tones/test-00000-of-00001 was written 2 times"):
        finalize_dataset(
            str(tmp_path),
            ["tones/test-00000-of-00001"] * 2,
            {"tones": make_spec()},
            emotion_scheme(),
            AudioOptions(),
            {"tones": 1},
        )
