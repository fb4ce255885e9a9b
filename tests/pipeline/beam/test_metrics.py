from types import SimpleNamespace

import apache_beam as beam
from apache_beam.runners.runner import PipelineResult

from pipeline.beam.metrics import ClipTimer, count_found, describe_counts


def count_and_time(number: int) -> int:
    timer = ClipTimer()
    count_found(number)
    timer.observe()
    return number


def test_counters_and_times_are_told_in_one_line() -> None:
    pipeline = beam.Pipeline("FnApiRunner")
    _ = pipeline | beam.Create([1_000, 500]) | beam.Map(count_and_time)
    result = pipeline.run()
    result.wait_until_finish()
    said = describe_counts(result)
    assert said.startswith("counters: clips_found 1,500, ")
    assert "ms a clip (longest " in said


def test_a_runner_without_counters_is_told_of() -> None:
    def metrics() -> None:
        raise NotImplementedError

    result: PipelineResult = SimpleNamespace(metrics=metrics)  # type: ignore[assignment]
    assert describe_counts(result) == "counters: this runner keeps none"
