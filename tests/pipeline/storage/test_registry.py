"""Which store a URL lies in, and how this process reaches it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.audio.options import AudioOptions
from pipeline.beam.step import step
from pipeline.planning.build_config import BuildConfig
from pipeline.planning.steps import list_clips
from pipeline.specs.emotion_scheme import emotion_scheme
from pipeline.storage import registry
from pipeline.storage.options import StoreOptions
from pipeline.storage.store import prefix_of, split_url
from training.data.parquet_audio import AudioReader

ELSEWHERE = StoreOptions(s3_endpoint_url="http://127.0.0.1:9", s3_region_name="x")


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    registry.configure_stores(StoreOptions())
    yield
    registry.configure_stores(StoreOptions())


def test_a_store_is_opened_once_until_options_change(tmp_path: Path) -> None:
    url = f"fsspec+file://{tmp_path}"
    first = registry.open_store(url)
    registry.configure_stores(StoreOptions())
    assert registry.open_store(url) is first
    registry.configure_stores(ELSEWHERE)
    assert registry.open_store(url) is not first


def test_options_travel_in_a_build() -> None:
    registry.configure_stores(ELSEWHERE)
    build = BuildConfig({}, emotion_scheme(), "out", AudioOptions())
    registry.configure_stores(StoreOptions())
    step(list_clips, build).fn.setup()
    assert registry.current_options() == ELSEWHERE


def test_options_travel_with_a_reader_of_shards() -> None:
    registry.configure_stores(ELSEWHERE)
    make, arguments = AudioReader(cache="copies").__reduce__()
    registry.configure_stores(StoreOptions())
    assert make(*arguments).cache == "copies"
    assert registry.current_options() == ELSEWHERE


@pytest.mark.parametrize(
    ("url", "parts"),
    [("s3://b/a/#1.wav", ("b", "a/#1.wav")), ("s3://b/", ("b", "")), ("gs://b", ("b", ""))],
)
def test_names_of_urls_are_taken_as_they_are(url: str, parts: tuple[str, str]) -> None:
    assert split_url(url) == parts
    assert prefix_of(parts[1]) == (f"{parts[1]}/" if parts[1] else "")
