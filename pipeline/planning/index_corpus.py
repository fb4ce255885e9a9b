"""A whole corpus in one process: every step of a build that comes before its audio."""

from collections import Counter, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from pipeline.audio.options import AudioOptions
from pipeline.index.corpus_notes import NO_NOTES, CorpusNotes, merge_notes
from pipeline.planning.batches import UtteranceBatch, group_by_shard
from pipeline.planning.build_config import BuildConfig, Corpus
from pipeline.planning.copies import plan_shard
from pipeline.planning.steps import (
    NO_TABLES,
    assign_shards,
    count_batch,
    index_batch,
    list_clips,
    plan_batches,
    read_tables,
)
from pipeline.planning.unfetched import reject_unfetched
from pipeline.schema.utterance import Utterance
from pipeline.specs.corpus_spec import CorpusSpec
from pipeline.specs.emotion_scheme import EmotionScheme


@dataclass(frozen=True)
class PlannedCorpus:
    """A corpus as a build plans it.

    Attributes:
        shards: Name → its utterances in the order of its rows, those that are dropped included;
            one more holds what no shard will.
        missing: Table → keys of rows whose clips were not found.
        notes: On choices that were made, and files that were left out.
    """

    shards: Mapping[str, Sequence[Utterance]]
    missing: dict[str, list[str]]
    notes: CorpusNotes


@dataclass(frozen=True)
class IndexedCorpus:
    """A whole corpus without its audio.

    Attributes:
        utterances: Sorted by id, with labels and splits; copies are excluded.
        missing: Table → keys of rows whose clips were not found.
        notes: On choices that were made, and files that were left out.
    """

    utterances: list[Utterance]
    missing: dict[str, list[str]]
    notes: CorpusNotes = NO_NOTES


def index_corpus(spec: CorpusSpec, root: str, scheme: EmotionScheme) -> IndexedCorpus:
    """Does in one call what a build does in parallel: everything but the audio.

    Raises:
        DataError: The root or a table that the spec needs is missing or unreadable, or an archive
            is damaged and no clip lies outside of archives.
    """
    corpus = Corpus(spec, root)
    planned = plan_corpus(corpus, scheme)
    found = reject_unfetched(chain.from_iterable(planned.shards.values()), corpus.reader())
    utterances = sorted(found, key=lambda u: (u.id, u.source_path))
    return IndexedCorpus(utterances, planned.missing, planned.notes)


def plan_corpus(corpus: Corpus, scheme: EmotionScheme) -> PlannedCorpus:
    """Takes the steps of a build, one after another; no file of audio is looked into.

    Raises:
        DataError: As of :func:`index_corpus`.
    """
    name = corpus.spec.id
    build = BuildConfig({name: corpus}, scheme, output="", audio=AudioOptions())
    tables, batches = NO_TABLES, deque[UtteranceBatch]()
    for clips in list_clips(name, build):
        if clips.number == 0 and clips.clips:
            tables = read_tables(corpus, clips.tables)
        batches.append(index_batch(clips, build, tables))
    plans = dict(plan_batches((name, [count_batch(batch)[1] for batch in batches]), build))
    notes = merge_notes(batch.notes for batch in batches)
    placed = []
    while batches:  # each is let go once it is placed
        batch = batches.popleft()
        placed += [part for _, part in assign_shards(batch, plans[name, batch.number], build)]
    return PlannedCorpus(
        {shard: plan_shard(found) for shard, found in group_by_shard(placed).items()},
        {table: rows.missing for table, rows in tables.rows.items() if rows.missing},
        notes,
    )


def count_by_split(utterances: Iterable[Utterance]) -> Counter[str]:
    """Number of utterances to be written in every split."""
    return Counter(u.split for u in utterances if u.dropped is None and u.split)
