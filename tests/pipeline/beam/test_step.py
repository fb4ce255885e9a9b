"""Steps of the pipeline: element types as annotated, errors as they were raised."""

from collections.abc import Iterator
from pathlib import Path

import apache_beam as beam
import pytest
from apache_beam.testing.util import assert_that, equal_to

from pipeline.audio.options import AudioOptions
from pipeline.beam.step import step
from pipeline.common.errors import DataError, ExhubertError, UsageError, error_from_json
from pipeline.planning.build_config import BuildConfig
from pipeline.running.beam_pipeline import run_pipeline
from pipeline.running.local_runner import in_process_runner
from pipeline.specs.emotion_scheme import emotion_scheme


def count_up(number: int, build: BuildConfig, start: int) -> Iterator[tuple[str, int]]:
    for value in range(start, number):
        yield build.output, value


def fail(number: int, build: BuildConfig, error: ExhubertError) -> Iterator[int]:
    yield number
    raise error


@pytest.fixture
def build(tmp_path: Path) -> BuildConfig:
    error_file = str(tmp_path / "error.json")
    return BuildConfig({}, emotion_scheme(), "out", AudioOptions(), error_file=error_file)


def test_step_gives_what_its_function_gives(build: BuildConfig) -> None:
    with beam.Pipeline("FnApiRunner") as pipeline:
        given = pipeline | beam.Create([3]) | step(count_up, build, 1)
        assert str(given.element_type) == "Tuple[<class 'str'>, <class 'int'>]"
        assert_that(given, equal_to([("out", 1), ("out", 2)]))


@pytest.mark.parametrize("kind", [UsageError, DataError])
def test_error_for_the_user_keeps_its_type_and_text(
    build: BuildConfig, kind: type[ExhubertError], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def make_failing(build: BuildConfig, options, runner) -> beam.Pipeline:
        pipeline = beam.Pipeline(runner, options)
        _ = pipeline | beam.Create([1]) | step(fail, build, kind("row 3: [while running]\nso"))
        return pipeline

    monkeypatch.setattr("pipeline.running.beam_pipeline.make_pipeline", make_failing)
    with in_process_runner(tmp_path / "log") as runner, pytest.raises(kind) as told:
        run_pipeline(build, beam.options.pipeline_options.PipelineOptions([]), runner)
    assert type(told.value) is kind
    assert str(told.value) == "row 3: [while running]\nso"
    assert not Path(str(build.error_file)).exists()  # read, and of no use to the next build


def test_error_that_is_no_base_type_arrives_as_its_base() -> None:
    from pipeline.common.errors import UnknownOptionError, error_to_json

    sent = error_from_json(error_to_json(UnknownOptionError("no option x", ["x"], [])))
    assert type(sent) is UsageError
    assert str(sent) == "no option x"
