"""Beam transforms: they wire the pure functions of the other modules, and hold no logic.

    specs → IndexCorpora → AssignSplits → WriteShards → WriteManifest

Only metadata crosses a shuffle. Audio is read, decoded and written inside one call a shard.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import apache_beam as beam

from pipeline.beam.exchange import Exchange
from pipeline.beam.metrics import ClipTimer, count_found, count_shard
from pipeline.dataset.finalize import finish_dataset
from pipeline.dataset.manifest import Manifest
from pipeline.index.indexer import find_clips, index_clips
from pipeline.index.table_join import TableRows, find_table_files, load_tables
from pipeline.labels import EmotionScheme, label_utterance
from pipeline.monitoring.progress import Progress
from pipeline.planning.batches import ClipBatch, UtteranceBatch, group_by_shard, in_batches
from pipeline.planning.corpus_plan import (
    CorpusPlan,
    count_ungrouped,
    gathering_point,
    place_utterance,
    plan_splits,
)
from pipeline.schema.utterance import Utterance
from pipeline.shards.receipts import Receipt
from pipeline.shards.records import AudioOptions
from pipeline.shards.writer import write_shard
from pipeline.sources.listing import SourceFile
from pipeline.sources.reader import Reader, walk_sources
from pipeline.specs.corpus_spec import CorpusSpec
from pipeline.splits import GroupCounts, count_groups, merge_counts


@dataclass(frozen=True)
class Corpus:
    """A corpus to be built: its description and where it lies."""

    spec: CorpusSpec
    root: str


@dataclass(frozen=True)
class Build:
    """All that the steps of a build must know.

    Attributes:
        corpora: What is built, by corpus id.
        scheme: The shared emotion categories.
        output: The dataset folder.
        audio: How clips are stored.
        progress: What workers on this machine tell of their work.
        exchange: How batches get from one step to another.
        partitions: Least number of elements to begin with: some runners (Dask) work in as many
            parts, from the first step to the last.
    """

    corpora: Mapping[str, Corpus]
    scheme: EmotionScheme
    output: str
    audio: AudioOptions
    progress: Progress = field(default_factory=Progress)
    exchange: Exchange = field(default_factory=Exchange)
    partitions: int = 0


BatchKey = tuple[str, int]
"""Corpus and number of a batch."""


@dataclass(frozen=True)
class BatchCounts:
    """What a batch adds to the counts that its corpus is split by."""

    number: int
    groups: GroupCounts
    ungrouped: int


class IndexCorpora(beam.PTransform):
    """Lists the files of every corpus, indexes and labels them: gives utterance batches."""

    def __init__(self, build: Build) -> None:
        super().__init__()
        self.build = build

    def expand(self, pipeline: beam.Pipeline) -> beam.PCollection[UtteranceBatch]:
        return (
            pipeline
            | "Corpora" >> beam.Create(first_elements(self.build))
            | "ListClips" >> beam.FlatMap(list_clips, self.build)
            | "PackClips" >> beam.Map(self.build.exchange.pack)
            | "SpreadClips" >> beam.Reshuffle()  # one corpus is indexed by all workers
            | "IndexClips" >> beam.Map(index_packed, self.build)
        )


class AssignSplits(beam.PTransform):
    """Plans each corpus from the counts of its groups; every utterance gets its split and shard.

    Gives packed batches by what their utterances are to be gathered under.
    """

    def __init__(self, build: Build) -> None:
        super().__init__()
        self.build = build

    def expand(
        self, batches: beam.PCollection[UtteranceBatch]
    ) -> beam.PCollection[tuple[str, bytes]]:
        # A join, not a side input of plans: with one, Dask would index all anew for every part.
        plans = (
            batches
            | "CountGroups" >> beam.Map(count_batch)
            | "GatherCounts" >> beam.GroupByKey()
            | "PlanCorpora" >> beam.FlatMap(plan_batches, self.build)
        )
        packed = batches | "PackBatches" >> beam.Map(pack_batch, self.build)
        return (
            {"plan": plans, "batch": packed}
            | "MeetPlans" >> beam.CoGroupByKey()
            | "PlaceUtterances" >> beam.FlatMap(place_packed, self.build)
        )


class WriteShards(beam.PTransform):
    """Gathers the utterances of each shard and writes it: gives receipts."""

    def __init__(self, build: Build) -> None:
        super().__init__()
        self.build = build

    def expand(self, placed: beam.PCollection[tuple[str, bytes]]) -> beam.PCollection[Receipt]:
        return (
            placed
            | "GatherShards" >> beam.GroupByKey()
            | "WriteShards" >> beam.FlatMap(write_batches, self.build)
        )


class WriteManifest(beam.PTransform):
    """Once every shard is written: resolves duplicates, writes manifest, rejects and card."""

    def __init__(self, build: Build) -> None:
        super().__init__()
        self.build = build

    def expand(self, receipts: beam.PCollection[Receipt]) -> beam.PCollection[Manifest]:
        # Not ToList, whose empty default is a side input. A dataset of no shard is finished, too.
        start = receipts.pipeline | "Start" >> beam.Create([("dataset", "")])
        names = receipts | "ShardNames" >> beam.Map(lambda receipt: ("dataset", receipt.shard))
        return (
            (start, names)
            | "AllShards" >> beam.Flatten()
            | "GatherDataset" >> beam.GroupByKey()
            | "FinishDataset" >> beam.Map(finish, self.build)
        )


def first_elements(build: Build) -> list[str | None]:
    """Ids of the corpora, and as many blanks as it takes to fill the partitions."""
    return [*sorted(build.corpora), *[None] * (build.partitions - len(build.corpora))]


def list_clips(corpus_id: str | None, build: Build) -> Iterator[ClipBatch]:
    """Clips of a corpus, in batches; it is never held as a whole."""
    if corpus_id is None:
        return iter(())
    spec, root = build.corpora[corpus_id].spec, build.corpora[corpus_id].root
    tables = tuple(find_table_files(spec, walk_sources(root, spec.archive))) if spec.tables else ()
    return in_batches(corpus_id, find_clips(spec, walk_sources(root, spec.archive)), tables)


def index_packed(clips: bytes, build: Build) -> UtteranceBatch:
    """Labelled utterances of a packed batch of clips."""
    return index_batch(build.exchange.unpack(clips), build)


def index_batch(batch: ClipBatch, build: Build) -> UtteranceBatch:
    """Labelled utterances of a batch of clips."""
    corpus = build.corpora[batch.corpus]
    indexed = index_clips(corpus.spec, batch.clips, _read_tables(corpus, batch.tables))
    utterances = tuple(label_utterance(u, corpus.spec, build.scheme) for u in indexed)
    count_found(len(utterances))
    build.progress.found(batch.corpus, sum(u.verdict is None for u in utterances))
    return UtteranceBatch(batch.corpus, batch.number, utterances)


def count_batch(batch: UtteranceBatch) -> tuple[str, BatchCounts]:
    """What a batch adds to the counts that its corpus is split by."""
    return batch.corpus, BatchCounts(
        batch.number, count_groups(batch.utterances), count_ungrouped(batch.utterances)
    )


def plan_batches(
    counted: tuple[str, Iterable[BatchCounts]], build: Build
) -> Iterator[tuple[BatchKey, CorpusPlan]]:
    """Plans one corpus from the counts of all its batches, and hands the plan to each of them."""
    corpus, counts = counted[0], list(counted[1])
    groups = merge_counts(part.groups for part in counts)
    plan = plan_splits(build.corpora[corpus].spec, groups, sum(part.ungrouped for part in counts))
    for part in counts:
        yield (corpus, part.number), plan


def pack_batch(batch: UtteranceBatch, build: Build) -> tuple[BatchKey, bytes]:
    """A batch as it is joined with its plan."""
    return (batch.corpus, batch.number), build.exchange.pack(batch)


def place_packed(
    met: tuple[BatchKey, Mapping[str, Iterable[Any]]], build: Build
) -> Iterator[tuple[str, bytes]]:
    """Places the utterances of a packed batch by its plan."""
    (plan,), (batch,) = met[1]["plan"], met[1]["batch"]
    for point, part in place_batch(build.exchange.unpack(batch), plan, build):
        yield point, build.exchange.pack(part)


def place_batch(
    batch: UtteranceBatch, plan: CorpusPlan, build: Build
) -> Iterator[tuple[str, UtteranceBatch]]:
    """Utterances of a batch with their splits and shards, by what they are gathered under."""
    parts: dict[str, list[Utterance]] = {}
    for utterance in batch.utterances:
        placed = place_utterance(utterance, build.corpora[batch.corpus].spec, plan)
        parts.setdefault(gathering_point(placed, plan), []).append(placed)
    for point, utterances in parts.items():
        yield point, UtteranceBatch(batch.corpus, batch.number, tuple(utterances))


def write_batches(gathered: tuple[str, Iterable[bytes]], build: Build) -> Iterator[Receipt]:
    """Writes the shards that were gathered together."""
    batches = map(build.exchange.unpack, gathered[1])
    for shard, utterances in group_by_shard(batches).items():
        yield write_one(shard, utterances, build)


def write_one(shard: str, utterances: Sequence[Utterance], build: Build) -> Receipt:
    """Writes one shard, and counts what came of it."""
    corpus = build.corpora[utterances[0].corpus]
    timer = ClipTimer()

    def on_clip(seconds: float) -> None:
        timer.lap()
        build.progress.done(corpus.spec.id, seconds)

    written = write_shard(
        shard, utterances, corpus.spec, corpus.root, build.output, build.audio, on_clip
    )
    fit = sum(utterance.verdict is None for utterance in utterances)
    build.progress.completed(corpus.spec.id, fit, written.reused)
    count_shard(written, utterances)
    return written.receipt


def finish(gathered: tuple[str, Iterable[str]], build: Build) -> Manifest:
    """Makes a dataset of the shards that were written."""
    specs = {corpus_id: corpus.spec for corpus_id, corpus in build.corpora.items()}
    shards = filter(None, gathered[1])
    return finish_dataset(build.output, shards, specs, build.audio)


@lru_cache(maxsize=4)
def _read_tables(corpus: Corpus, files: tuple[SourceFile, ...]) -> dict[str, TableRows]:
    """Tables of a corpus, read once a worker."""
    return load_tables(corpus.spec, files, Reader(corpus.root, corpus.spec.archive).read)
