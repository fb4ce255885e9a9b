"""Beam transforms: they wire the pure functions of the other modules, and hold no logic.

    specs → IndexCorpora → AssignSplits → WriteShards → WriteManifest

Only metadata crosses a shuffle. Audio is read, decoded and written inside one call a shard.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import apache_beam as beam

from pipeline.beam.exchange import Exchange
from pipeline.beam.metrics import ClipTimer, count_found, count_shard
from pipeline.dataset.finalize import finalize_dataset
from pipeline.dataset.manifest import Manifest
from pipeline.monitoring.worker_status import note
from pipeline.planning.batches import ClipBatch, UtteranceBatch, group_by_shard
from pipeline.planning.build_config import Build
from pipeline.planning.steps import (
    BatchKey,
    count_batch,
    first_elements,
    index_batch,
    list_clips,
    place_batch,
    plan_batches,
)
from pipeline.schema.utterance import Utterance
from pipeline.shards.receipts import ShardReceipt
from pipeline.shards.writer import write_shard
from pipeline.storage import configure


class IndexCorpora(beam.PTransform):
    """Lists the files of every corpus, indexes and labels them: gives utterance batches."""

    def __init__(self, build: Build, exchange: Exchange) -> None:
        super().__init__()
        self.build = build
        self.exchange = exchange

    def expand(self, pipeline: beam.Pipeline) -> beam.PCollection[UtteranceBatch]:
        return (
            pipeline
            | "Corpora" >> beam.Create(first_elements(self.build))
            | "ListClips" >> beam.FlatMap(list_corpus, self.build)
            | "PackClips" >> beam.Map(self.exchange.pack)
            | "SpreadClips" >> beam.Reshuffle()  # one corpus is indexed by all workers
            | "IndexClips" >> beam.Map(index_packed, self.build, self.exchange)
        )


class AssignSplits(beam.PTransform):
    """Plans each corpus from the counts of its groups; every utterance gets its split and shard.

    Gives packed batches by what their utterances are to be gathered under.
    """

    def __init__(self, build: Build, exchange: Exchange) -> None:
        super().__init__()
        self.build = build
        self.exchange = exchange

    def expand(
        self, batches: beam.PCollection[UtteranceBatch]
    ) -> beam.PCollection[tuple[str, bytes]]:
        # A join, not a side input of plans: with one, Dask would index all anew for every part.
        plans = (
            batches
            | "CountGroups" >> beam.Map(count_batch)
            | "GroupCountsByCorpus" >> beam.GroupByKey()
            | "PlanCorpora" >> beam.FlatMap(plan_batches, self.build)
        )
        packed = batches | "PackBatches" >> beam.Map(pack_batch, self.exchange)
        return (
            {"plan": plans, "batch": packed}
            | "JoinPlans" >> beam.CoGroupByKey()
            | "PlaceUtterances" >> beam.FlatMap(place_packed, self.build, self.exchange)
        )


class WriteShards(beam.PTransform):
    """Gathers the utterances of each shard and writes it: gives receipts."""

    def __init__(self, build: Build, exchange: Exchange) -> None:
        super().__init__()
        self.build = build
        self.exchange = exchange

    def expand(self, placed: beam.PCollection[tuple[str, bytes]]) -> beam.PCollection[ShardReceipt]:
        return (
            placed
            | "GroupByShard" >> beam.GroupByKey()
            | "WriteShards" >> beam.FlatMap(write_batches, self.build, self.exchange)
        )


class WriteManifest(beam.PTransform):
    """Once every shard is written: resolves duplicates, writes manifest, rejects and card."""

    def __init__(self, build: Build) -> None:
        super().__init__()
        self.build = build

    def expand(self, receipts: beam.PCollection[ShardReceipt]) -> beam.PCollection[Manifest]:
        # Not ToList, whose empty default is a side input. A dataset of no shard is finished, too.
        start = receipts.pipeline | "Start" >> beam.Create([("dataset", "")])
        names = receipts | "ShardNames" >> beam.Map(lambda receipt: ("dataset", receipt.shard))
        return (
            (start, names)
            | "AllShards" >> beam.Flatten()
            | "GroupDataset" >> beam.GroupByKey()
            | "FinishDataset" >> beam.Map(finish, self.build)
        )


def list_corpus(corpus_id: str | None, build: Build) -> Iterator[ClipBatch]:
    """Clips of a corpus, in batches."""
    configure(build.stores)
    return list_clips(corpus_id, build)


def index_packed(clips: bytes, build: Build, exchange: Exchange) -> UtteranceBatch:
    """Labelled utterances of a packed batch of clips."""
    configure(build.stores)
    batch = index_batch(exchange.unpack(clips), build)
    count_found(len(batch.utterances))
    return batch


def pack_batch(batch: UtteranceBatch, exchange: Exchange) -> tuple[BatchKey, bytes]:
    """A batch as it is joined with its plan."""
    return (batch.corpus, batch.number), exchange.pack(batch)


def place_packed(
    met: tuple[BatchKey, Mapping[str, Iterable[Any]]], build: Build, exchange: Exchange
) -> Iterator[tuple[str, bytes]]:
    """Places the utterances of a packed batch by its plan."""
    (plan,), (batch,) = met[1]["plan"], met[1]["batch"]
    for point, part in place_batch(exchange.unpack(batch), plan, build):
        yield point, exchange.pack(part)


def write_batches(
    gathered: tuple[str, Iterable[bytes]], build: Build, exchange: Exchange
) -> Iterator[ShardReceipt]:
    """Writes the shards that were gathered together."""
    configure(build.stores)
    batches = map(exchange.unpack, gathered[1])
    for shard, utterances in group_by_shard(batches).items():
        yield write_one(shard, utterances, build)


def write_one(shard: str, utterances: Sequence[Utterance], build: Build) -> ShardReceipt:
    """Writes one shard, and counts what came of it."""
    corpus = build.corpora[utterances[0].corpus]
    timer = ClipTimer()

    def on_clip(seconds: float) -> None:
        timer.lap()
        build.progress.done(corpus.spec.id, seconds)

    written = write_shard(
        shard,
        utterances,
        corpus.spec,
        corpus.root,
        build.output,
        build.audio,
        on_start=note,
        on_clip=on_clip,
    )
    fit = sum(utterance.dropped is None for utterance in utterances)
    build.progress.completed(corpus.spec.id, fit, written.reused)
    count_shard(written, utterances)
    return written.receipt


def finish(gathered: tuple[str, Iterable[str]], build: Build) -> Manifest:
    """Makes a dataset of the shards that were written."""
    configure(build.stores)
    specs = {corpus_id: corpus.spec for corpus_id, corpus in build.corpora.items()}
    shards = filter(None, gathered[1])
    return finalize_dataset(build.output, shards, specs, build.audio)
