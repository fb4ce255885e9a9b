"""Beam transforms: they wire the pure functions of the other modules, and hold no logic.

    specs → ListClips → IndexClips → AssignSplits → PlanShards → WriteShards → WriteManifest

Only metadata crosses a shuffle. Audio is read, decoded and written inside one call a shard.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache, partial

import apache_beam as beam
from apache_beam.metrics import Metrics

from pipeline.files import SourceFile, list_files, read_file
from pipeline.finish import finish_dataset
from pipeline.index import FoundClip, find_clips, index_clips
from pipeline.labels import EmotionScheme, label_utterance
from pipeline.manifest import Manifest
from pipeline.plan import CorpusPlan, count_ungrouped, plan_splits, shard_name
from pipeline.progress import Progress
from pipeline.receipts import Receipt
from pipeline.records import AudioOptions
from pipeline.shards import write_shard
from pipeline.spec import CorpusSpec
from pipeline.splits import GroupCounts, count_groups, merge_counts, split_utterance
from pipeline.tables import TableRows, find_table_files, load_tables
from pipeline.utterance import Utterance

CLIPS_PER_BATCH = 2_000


@dataclass(frozen=True)
class Corpus:
    """A corpus to be built: its description and where it lies."""

    spec: CorpusSpec
    root: str


@dataclass(frozen=True)
class ClipBatch:
    """Some clips of a corpus, and the table files that all of its clips are joined with."""

    corpus: str
    clips: tuple[FoundClip, ...]
    tables: tuple[SourceFile, ...]


@dataclass(frozen=True)
class UtteranceBatch:
    """Some utterances of a corpus: one element, so that Beam pickles them together."""

    corpus: str
    utterances: tuple[Utterance, ...]


class IndexCorpora(beam.PTransform):
    """Lists the files of every corpus and indexes and labels them: gives utterance batches."""

    def __init__(
        self, corpora: Mapping[str, Corpus], scheme: EmotionScheme, progress: Progress
    ) -> None:
        super().__init__()
        self.corpora = corpora
        self.scheme = scheme
        self.progress = progress

    def expand(self, pipeline: beam.Pipeline) -> beam.PCollection[UtteranceBatch]:
        return (
            pipeline
            | "Corpora" >> beam.Create(sorted(self.corpora))
            | "ListClips" >> beam.FlatMap(list_clips, self.corpora)
            | "IndexClips" >> beam.Map(index_batch, self.corpora, self.scheme, self.progress)
        )


class AssignSplits(beam.PTransform):
    """Plans each corpus from the counts of its groups, and gives every utterance its split.

    Gives pairs of shard name and utterance batch.
    """

    def __init__(self, corpora: Mapping[str, Corpus]) -> None:
        super().__init__()
        self.corpora = corpora

    def expand(
        self, batches: beam.PCollection[UtteranceBatch]
    ) -> beam.PCollection[tuple[str, UtteranceBatch]]:
        plans = (
            batches
            | "CountGroups" >> beam.Map(count_batch)
            | "MergeCounts" >> beam.CombinePerKey(merge_group_counts)
            | "PlanSplits" >> beam.Map(plan_corpus_splits, self.corpora)
        )
        return batches | "PlaceUtterances" >> beam.FlatMap(
            place_batch, self.corpora, beam.pvalue.AsDict(plans)
        )


class WriteShards(beam.PTransform):
    """Gathers the utterances of each shard and writes it: gives receipts."""

    def __init__(
        self,
        corpora: Mapping[str, Corpus],
        output: str,
        options: AudioOptions,
        progress: Progress,
    ) -> None:
        super().__init__()
        self.writer = _ShardWriter(corpora, output, options, progress)

    def expand(
        self, placed: beam.PCollection[tuple[str, UtteranceBatch]]
    ) -> beam.PCollection[Receipt]:
        return (
            placed | "GatherShards" >> beam.GroupByKey() | "WriteShards" >> beam.ParDo(self.writer)
        )


class WriteManifest(beam.PTransform):
    """Once every shard is written: resolves duplicates, writes manifest, rejects and card."""

    def __init__(self, corpora: Mapping[str, Corpus], output: str, options: AudioOptions) -> None:
        super().__init__()
        self.specs = {corpus: entry.spec for corpus, entry in corpora.items()}
        self.output = output
        self.options = options

    def expand(self, receipts: beam.PCollection[Receipt]) -> beam.PCollection[Manifest]:
        return (
            receipts
            | "ShardNames" >> beam.Map(lambda receipt: receipt.shard)
            | "AllShards" >> beam.combiners.ToList()
            | "FinishDataset"
            >> beam.Map(
                lambda shards, output=self.output, specs=self.specs, options=self.options: (
                    finish_dataset(output, shards, specs, options)
                )
            )
        )


def list_clips(corpus: str, corpora: Mapping[str, Corpus]) -> Iterator[ClipBatch]:
    """Clips of a corpus, in batches."""
    spec, root = corpora[corpus].spec, corpora[corpus].root
    files = list_files(root)
    tables = tuple(find_table_files(spec, files))
    clips = list(find_clips(spec, files))
    for start in range(0, len(clips), CLIPS_PER_BATCH):
        yield ClipBatch(corpus, tuple(clips[start : start + CLIPS_PER_BATCH]), tables)


def index_batch(
    batch: ClipBatch, corpora: Mapping[str, Corpus], scheme: EmotionScheme, progress: Progress
) -> UtteranceBatch:
    """Labelled utterances of a batch of clips."""
    corpus = corpora[batch.corpus]
    tables = _tables(_Hashable(corpus.spec.id, corpus), batch.tables)
    utterances = tuple(
        label_utterance(utterance, corpus.spec, scheme)
        for utterance in index_clips(corpus.spec, batch.clips, tables)
    )
    progress.found(sum(utterance.verdict is None for utterance in utterances))
    return UtteranceBatch(batch.corpus, utterances)


def count_batch(batch: UtteranceBatch) -> tuple[str, tuple[GroupCounts, int]]:
    """What a batch adds to the counts that its corpus is split by."""
    return batch.corpus, (count_groups(batch.utterances), count_ungrouped(batch.utterances))


def merge_group_counts(
    parts: Iterable[tuple[GroupCounts, int]],
) -> tuple[dict[str, Counter[str]], int]:
    """Counts of several batches, summed."""
    parts = list(parts)
    return merge_counts(counts for counts, _ in parts), sum(ungrouped for _, ungrouped in parts)


def plan_corpus_splits(
    counted: tuple[str, tuple[GroupCounts, int]], corpora: Mapping[str, Corpus]
) -> tuple[str, CorpusPlan]:
    """The plan of one corpus."""
    corpus, (counts, ungrouped) = counted
    return corpus, plan_splits(corpora[corpus].spec, counts, ungrouped)


def place_batch(
    batch: UtteranceBatch, corpora: Mapping[str, Corpus], plans: Mapping[str, CorpusPlan]
) -> Iterator[tuple[str, UtteranceBatch]]:
    """Utterances of a batch with their splits, by the shard they belong to."""
    plan = plans[batch.corpus]
    shards: dict[str, list[Utterance]] = {}
    for utterance in batch.utterances:
        placed = split_utterance(utterance, corpora[batch.corpus].spec, plan.splits)
        shards.setdefault(shard_name(placed, plan.shards), []).append(placed)
    for shard, utterances in shards.items():
        yield shard, UtteranceBatch(batch.corpus, tuple(utterances))


class _ShardWriter(beam.DoFn):
    """Writes one shard an element, and counts what came of it."""

    def __init__(
        self,
        corpora: Mapping[str, Corpus],
        output: str,
        options: AudioOptions,
        progress: Progress,
    ) -> None:
        super().__init__()
        self.corpora = corpora
        self.output = output
        self.options = options
        self.progress = progress

    def process(self, element: tuple[str, Iterable[UtteranceBatch]]) -> Iterator[Receipt]:
        shard, batches = element
        utterances = [utterance for batch in batches for utterance in batch.utterances]
        corpus = self.corpora[shard.split("/", 1)[0]]
        written = write_shard(
            shard,
            utterances,
            corpus.spec,
            corpus.root,
            self.output,
            self.options,
            on_clip=self.progress.done,
        )
        self.progress.reused(written.reused)
        Metrics.counter("exhubert", "utterances_reused").inc(written.reused)
        Metrics.counter("exhubert", "utterances_written").inc(written.receipt.rows)
        Metrics.counter("exhubert", "bytes_written").inc(written.receipt.size)
        for row in written.receipt.unwritten:
            Metrics.counter("exhubert", f"{row.status}_{row.reason}").inc()
        yield written.receipt


@dataclass(frozen=True)
class _Hashable:
    """A corpus as a cache key: specs hold mappings, so only the id counts."""

    corpus_id: str
    corpus: Corpus

    def __hash__(self) -> int:
        return hash(self.corpus_id)


@lru_cache(maxsize=4)
def _tables(corpus: _Hashable, files: tuple[SourceFile, ...]) -> dict[str, TableRows]:
    """Tables of a corpus, read once a worker."""
    return load_tables(corpus.corpus.spec, files, partial(read_file, corpus.corpus.root))
