"""Batches: many clips or utterances as one element, so that Beam handles few elements."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import count, islice

from pipeline.index.corpus_notes import NO_NOTES, CorpusNotes
from pipeline.index.indexer import FoundClip
from pipeline.schema.utterance import Utterance
from pipeline.sources.listing import SourceFile

SMALLEST, LARGEST = 2_000, 32_000
"""Clips in a batch: few at first, so that all workers get some, many in a corpus of millions."""


@dataclass(frozen=True)
class ClipBatch:
    """Some clips of a corpus, and the table files that all of its clips are joined with.

    Attributes:
        notes: Notes from listing the corpus, held by the last batch, which may be empty.
    """

    corpus: str
    number: int
    clips: tuple[FoundClip, ...]
    tables: tuple[SourceFile, ...]
    notes: CorpusNotes = NO_NOTES


@dataclass(frozen=True)
class UtteranceBatch:
    """Some utterances of a corpus; ``number`` is that of their :class:`ClipBatch`.

    Attributes:
        notes: Notes from indexing the batch; those on tables are held by the first.
    """

    corpus: str
    number: int
    utterances: tuple[Utterance, ...]
    notes: CorpusNotes = NO_NOTES


def in_batches(
    corpus: str,
    clips: Iterable[FoundClip],
    tables: tuple[SourceFile, ...],
    take_notes: Callable[[], CorpusNotes] = lambda: NO_NOTES,
) -> Iterator[ClipBatch]:
    """Clips of a corpus in the order in which they are found, in batches.

    Args:
        corpus: Id of the corpus.
        clips: Clips in the order in which they are found.
        tables: Table files of the corpus.
        take_notes: Gives the notes, once all clips were found.
    """
    clips = iter(clips)
    for number in count():
        batch = tuple(islice(clips, min(SMALLEST * 2 ** (number // 16), LARGEST)))
        if not batch:
            if notes := take_notes():
                yield ClipBatch(corpus, number, (), tables, notes)
            return
        yield ClipBatch(corpus, number, batch, tables)


def group_by_shard(batches: Iterable[UtteranceBatch]) -> dict[str, list[Utterance]]:
    """Utterances of several batches by shard, sorted by its name."""
    shards: dict[str, list[Utterance]] = {}
    for batch in batches:
        for utterance in batch.utterances:
            shards.setdefault(utterance.shard or "", []).append(utterance)
    return dict(sorted(shards.items()))
