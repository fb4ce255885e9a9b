"""A stand-in in Parquet is as a hub gives it out: `datasets` reads it."""

import datasets
import pytest

from demo.entry import load_standin
from demo.packing import pack_parquet, split_path
from tests.support.standins import plan


@pytest.mark.parametrize(
    ("path", "parts"),
    [
        ("data/a.parquet/b/1.wav", ("data/a.parquet", "b/1.wav")),
        ("wav/1.wav", ("wav/1.wav", "")),
        ("labels.parquet", ("labels.parquet", "")),
    ],
)
def test_a_path_may_lead_into_a_file(path: str, parts: tuple[str, str]) -> None:
    assert split_path(path) == parts


def test_datasets_reads_the_rows(tmp_path) -> None:  # type: ignore[no-untyped-def]
    clips = [(clip, clip.path.encode()) for clip in plan("csemotions", 5)]
    columns = load_standin("csemotions").parquet
    content = pack_parquet(clips, columns)
    assert content == pack_parquet(clips, columns)
    (tmp_path / "train.parquet").write_bytes(content)
    rows = datasets.load_dataset(
        "parquet", data_files=str(tmp_path / "train.parquet"), cache_dir=str(tmp_path / "cache")
    )["train"]
    assert isinstance(rows.features["audio"], datasets.Audio)
    stored = rows.cast_column("audio", datasets.Audio(decode=False))
    assert [row["audio"]["bytes"] for row in stored] == [content for _, content in clips]
    assert {row["speaker"] for row in stored} == {clip.speaker for clip, _ in clips}
