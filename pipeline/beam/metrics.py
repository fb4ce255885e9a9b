"""Beam counters: what a build has done, as every runner's own console shows it."""

import time
from collections.abc import Iterable, Mapping

from apache_beam.metrics import Metrics
from apache_beam.metrics.metric import MetricsFilter
from apache_beam.runners.runner import PipelineResult

from pipeline.schema.utterance import Utterance
from pipeline.shards.writer import WrittenShard

NAMESPACE = "exhubert"
CLIP_TIME = "clip_microseconds"


class ClipTimer:
    """Counts how long each clip of a shard takes to read, decode, process and encode."""

    def __init__(self) -> None:
        self._times = Metrics.distribution(NAMESPACE, CLIP_TIME)
        self._before = time.perf_counter()

    def observe(self) -> None:
        """Records the time since the last clip."""
        now = time.perf_counter()
        self._times.update(round(1_000_000 * (now - self._before)))
        self._before = now


def count_found(utterances: int) -> None:
    """Counts utterances that the index found."""
    Metrics.counter(NAMESPACE, "clips_found").inc(utterances)


def count_shard(written: WrittenShard) -> None:
    """Counts what became of a shard's utterances: written, reused, dropped by reason."""
    receipt = written.receipt
    counts = {
        "clips_written": receipt.rows - written.reused,
        "clips_reused": written.reused,
        "bytes_written": 0 if written.reused == receipt.rows else receipt.size,
    }
    for row in receipt.unwritten:
        name = f"clips_{row.status}_{row.reason}"
        counts[name] = counts.get(name, 0) + 1
    for name, count in counts.items():
        Metrics.counter(NAMESPACE, name).inc(count)


def count_read(utterances: Iterable[Utterance]) -> None:
    """Counts the bytes of the files that hold the audio of utterances; several can share one."""
    sizes: Mapping[str, int] = {u.source_path: u.source_size for u in utterances if not u.dropped}
    Metrics.counter(NAMESPACE, "bytes_read").inc(sum(sizes.values()))


def describe_counts(result: PipelineResult) -> str:
    """The counters in one line, for people; says so where the runner keeps none."""
    try:
        metrics = result.metrics().query(MetricsFilter().with_namespace(NAMESPACE))
    except NotImplementedError:
        return "counters: this runner keeps none"
    words = [
        f"{counter.key.metric.name} {counter.result:,}"
        for counter in sorted(metrics["counters"], key=lambda counter: counter.key.metric.name)
        if counter.result
    ]
    for distribution in metrics["distributions"]:
        if distribution.result and distribution.result.count:
            mean, longest = distribution.result.mean / 1_000, distribution.result.max / 1_000
            words.append(f"{mean:.1f} ms a clip (longest {longest:,.0f} ms)")
    return f"counters: {', '.join(words) or 'none'}"
