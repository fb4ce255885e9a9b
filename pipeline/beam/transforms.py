"""Beam transforms: they wire the plain functions of the other modules, and hold no logic.

    specs → IndexCorpora → AssignSplits → WriteShards → WriteManifest

Only metadata crosses a shuffle. Audio is read, decoded and written inside one call a shard.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import apache_beam as beam

from pipeline.beam.coders import BatchOrPlan
from pipeline.beam.metrics import ClipTimer, count_found, count_read, count_shard
from pipeline.beam.step import step
from pipeline.dataset.finalize import finalize_dataset
from pipeline.dataset.manifest import Manifest
from pipeline.index.corpus_notes import NO_NOTES, CorpusNotes, merge_notes
from pipeline.monitoring import set_current_clip
from pipeline.planning.batches import ClipBatch, UtteranceBatch, group_by_shard
from pipeline.planning.build_config import BuildConfig
from pipeline.planning.shard_names import is_written_together
from pipeline.planning.steps import (
    BatchCounts,
    BatchKey,
    assign_shards,
    count_batch,
    first_elements,
    index_batch,
    list_clips,
    plan_batches,
)
from pipeline.raters.agreement import Tallies, agreements, merge_tallies
from pipeline.schema.utterance import Utterance
from pipeline.shards.writer import WrittenShard, write_shards


class IndexCorpora(beam.PTransform):
    """Lists the files of every corpus, indexes and labels them: gives utterance batches."""

    def __init__(self, build: BuildConfig) -> None:
        super().__init__()
        self.build = build

    def expand(self, pipeline: beam.Pipeline) -> beam.PCollection[UtteranceBatch]:
        return (
            pipeline
            | "Corpora" >> beam.Create(first_elements(self.build))
            | "ListClips" >> step(list_clips, self.build)
            | "SpreadClips" >> beam.Reshuffle()  # one corpus is indexed by all workers
            | "IndexClips" >> step(index_clips, self.build)
        )


class AssignSplits(beam.PTransform):
    """Plans each corpus from the counts of its groups; every utterance gets its split and shard.

    Gives batches by the key under which shards are gathered.
    """

    def __init__(self, build: BuildConfig) -> None:
        super().__init__()
        self.build = build

    def expand(
        self, batches: beam.PCollection[UtteranceBatch]
    ) -> beam.PCollection[tuple[str, UtteranceBatch]]:
        # A join, not a side input of plans: with one, Dask would index all anew for every part.
        plans = (
            batches
            | "CountGroups" >> beam.Map(count_batch)
            | "GroupCountsByCorpus" >> beam.GroupByKey()
            | "PlanCorpora" >> step(plan_corpora, self.build)
        )
        keyed = batches | "KeyBatches" >> beam.Map(key_batch)
        return (
            (plans, keyed)
            | "PlansAndBatches" >> beam.Flatten()
            | "JoinPlans" >> beam.GroupByKey()
            | "PlaceUtterances" >> step(place_joined, self.build)
        )


class WriteShards(beam.PTransform):
    """Gathers the utterances of each shard and writes it."""

    def __init__(self, build: BuildConfig) -> None:
        super().__init__()
        self.build = build

    def expand(
        self, placed: beam.PCollection[tuple[str, UtteranceBatch]]
    ) -> beam.PCollection[WrittenShard]:
        return (
            placed
            | "GroupByShard" >> beam.GroupByKey()
            | "WriteShards" >> step(write_batches, self.build)
        )


class WriteManifest(beam.PTransform):
    """Once every shard is written: resolves duplicates, writes manifest, rejects and card.

    Takes the batches, too: what was found is counted apart from what was written.
    """

    def __init__(self, build: BuildConfig) -> None:
        super().__init__()
        self.build = build

    def expand(self, inputs: Any) -> beam.PCollection[Manifest]:  # Beam knows no type of two
        batches: beam.PCollection[UtteranceBatch]
        shards: beam.PCollection[WrittenShard]
        batches, shards = inputs
        # Not ToList, whose empty default is a side input. A dataset of no shard is finished, too.
        start = shards.pipeline | "Start" >> beam.Create([("dataset", Account(""))])
        found = batches | "CountFound" >> beam.Map(key_found)
        names = shards | "ShardNames" >> beam.Map(key_shard)
        return (
            (start, found, names)
            | "AllShards" >> beam.Flatten()
            | "GroupDataset" >> beam.GroupByKey()
            | "FinishDataset" >> step(finish, self.build)
        )


def index_clips(clips: ClipBatch, build: BuildConfig) -> Iterator[UtteranceBatch]:
    """Labelled utterances of a batch of clips."""
    batch = index_batch(clips, build)
    count_found(len(batch.utterances))
    yield batch


def key_batch(batch: UtteranceBatch) -> tuple[BatchKey, BatchOrPlan]:
    """A batch as it is joined with its plan."""
    return (batch.corpus, batch.number), BatchOrPlan(batch=batch)


def plan_corpora(
    counted: tuple[str, Iterable[BatchCounts]], build: BuildConfig
) -> Iterator[tuple[BatchKey, BatchOrPlan]]:
    """Plans of a corpus as they are joined with its batches."""
    for key, plan in plan_batches(counted, build):
        yield key, BatchOrPlan(plan=plan)


def place_joined(
    joined: tuple[BatchKey, Iterable[BatchOrPlan]], build: BuildConfig
) -> Iterator[tuple[str, UtteranceBatch]]:
    """Places the utterances of a batch by the plan of its corpus."""
    parts = list(joined[1])
    (batch,) = (part.batch for part in parts if part.batch is not None)
    (plan,) = (part.plan for part in parts if part.plan is not None)
    return assign_shards(batch, plan, build)


def write_batches(
    gathered: tuple[str, Iterable[UtteranceBatch]], build: BuildConfig
) -> Iterator[WrittenShard]:
    """Writes the shards that were gathered under one key."""
    key, batches = gathered
    shards = group_by_shard(batches)
    if is_written_together(key):
        yield from write_in_one_pass(shards, build)
        return
    for shard, utterances in shards.items():
        yield from write_in_one_pass({shard: utterances}, build)


def write_in_one_pass(
    shards: Mapping[str, Sequence[Utterance]], build: BuildConfig
) -> Iterator[WrittenShard]:
    """Writes shards in one pass through their files, and counts what came of them."""
    corpus = build.corpora[next(iter(shards)).split("/")[0]]
    timer = ClipTimer()

    def on_clip(seconds: float) -> None:
        timer.observe()
        build.progress.done(corpus.spec.id, seconds)

    anew: list[Utterance] = []
    fit = reused = 0
    for written in write_shards(
        shards,
        corpus.spec,
        corpus.root,
        build.output,
        build.audio,
        on_start=set_current_clip,
        on_clip=on_clip,
    ):
        set_current_clip("")  # at none until the next is read
        utterances = shards[written.receipt.shard]
        fit += sum(utterance.dropped is None for utterance in utterances)
        reused += written.reused
        count_shard(written)
        if not written.reused:
            anew += utterances
        yield written
    build.progress.completed(corpus.spec.id, fit, reused)
    count_read(anew)


class Account(NamedTuple):
    """Input of the last step: what was found in a batch, or that a shard was written.

    Attributes:
        name: Corpus of the batch, or name of the shard, which contains a slash.
        raters: Answers of the shard's raters, counted.
    """

    name: str
    utterances: int = 0
    notes: CorpusNotes = NO_NOTES
    raters: Tallies = {}


def key_found(batch: UtteranceBatch) -> tuple[str, Account]:
    """Account of a batch, as :func:`finish` wants it."""
    return "dataset", Account(batch.corpus, len(batch.utterances), batch.notes)


def key_shard(written: WrittenShard) -> tuple[str, Account]:
    """Account of a shard, as :func:`finish` wants it."""
    return "dataset", Account(written.receipt.shard, raters=written.raters)


def finish(gathered: tuple[str, Iterable[Account]], build: BuildConfig) -> Iterator[Manifest]:
    """Makes a dataset of the shards that were written."""
    shards: list[str] = []
    found = dict.fromkeys(build.corpora, 0)
    notes: dict[str, list[CorpusNotes]] = {corpus: [] for corpus in build.corpora}
    raters: dict[str, list[Tallies]] = {corpus: [] for corpus in build.corpora}
    for account in gathered[1]:
        if account.name in found:
            found[account.name] += account.utterances
            notes[account.name].append(account.notes)
        elif account.name:
            shards.append(account.name)
            raters[account.name.split("/")[0]].append(account.raters)
    yield finalize_dataset(
        build.output,
        shards,
        {corpus_id: corpus.spec for corpus_id, corpus in build.corpora.items()},
        build.scheme,
        build.audio,
        found,
        {corpus: agreements(merge_tallies(parts)) for corpus, parts in raters.items()},
        notes={corpus: merge_notes(parts) for corpus, parts in notes.items()},
        report=build.report,
        release=build.release,
    )
