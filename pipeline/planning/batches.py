"""Batches: many clips or utterances as one element, so that Beam handles few elements."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import count, islice

from pipeline.index.indexer import FoundClip
from pipeline.schema.utterance import Utterance
from pipeline.sources.listing import SourceFile

SMALLEST, LARGEST = 2_000, 32_000
"""Clips of a batch: few at first, so that all workers get some; many in a corpus of millions."""


@dataclass(frozen=True)
class ClipBatch:
    """Some clips of a corpus, and the table files that all of its clips are joined with."""

    corpus: str
    number: int
    clips: tuple[FoundClip, ...]
    tables: tuple[SourceFile, ...]


@dataclass(frozen=True)
class UtteranceBatch:
    """Some utterances of a corpus; ``number`` is that of their :class:`ClipBatch`."""

    corpus: str
    number: int
    utterances: tuple[Utterance, ...]


def in_batches(
    corpus: str, clips: Iterable[FoundClip], tables: tuple[SourceFile, ...]
) -> Iterator[ClipBatch]:
    """Clips of a corpus in the order in which they are found, in batches."""
    clips = iter(clips)
    for number in count():
        batch = tuple(islice(clips, min(SMALLEST * 2 ** (number // 16), LARGEST)))
        if not batch:
            return
        yield ClipBatch(corpus, number, batch, tables)


def group_by_shard(batches: Iterable[UtteranceBatch]) -> dict[str, list[Utterance]]:
    """Utterances of several batches by shard, sorted by its name."""
    shards: dict[str, list[Utterance]] = {}
    for batch in batches:
        for utterance in batch.utterances:
            shards.setdefault(utterance.shard or "", []).append(utterance)
    return dict(sorted(shards.items()))
