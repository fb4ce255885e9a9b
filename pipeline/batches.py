"""Batches: many clips or utterances as one element, so that Beam handles few elements.

Only metadata is ever sent. Batches are compressed while they are between two steps, to about a
tenth: a local runner holds them all in memory.
"""

import pickle
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import count, islice
from typing import Any

import pyarrow as pa
from apache_beam.coders import Coder, registry

from pipeline.files import SourceFile
from pipeline.index import FoundClip
from pipeline.utterance import Utterance

SMALLEST, LARGEST = 2_000, 8_000
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
    """Some utterances of a corpus; ``number`` is that of the clips they were found in."""

    corpus: str
    number: int
    utterances: tuple[Utterance, ...]


class BatchCoder(Coder):
    """Sends a batch as bytes: the size of its pickle (8 bytes, big-endian), then that by zstd."""

    def encode(self, batch: ClipBatch | UtteranceBatch) -> bytes:
        """The batch as sent to the next step."""
        content = pickle.dumps(batch, protocol=5)
        size = len(content).to_bytes(8, "big")
        compressed: bytes = pa.compress(content, codec="zstd", asbytes=True)
        return size + compressed

    def decode(self, encoded: bytes) -> Any:
        """The batch as received from the step before."""
        size = int.from_bytes(encoded[:8], "big")
        content = pa.decompress(encoded[8:], decompressed_size=size, codec="zstd", asbytes=True)
        return pickle.loads(content)  # from our own workers alone, never from a file

    def is_deterministic(self) -> bool:
        """Batches are never keys."""
        return False


registry.register_coder(UtteranceBatch, BatchCoder)


def in_batches(
    corpus: str, clips: Iterable[FoundClip], tables: tuple[SourceFile, ...]
) -> Iterator[ClipBatch]:
    """Clips of a corpus as they are found, so many at a time."""
    clips = iter(clips)
    for number in count():
        batch = tuple(islice(clips, min(SMALLEST * 2 ** (number // 16), LARGEST)))
        if not batch:
            return
        yield ClipBatch(corpus, number, batch, tables)


def group_by_shard(batches: Iterable[UtteranceBatch]) -> dict[str, list[Utterance]]:
    """Placed utterances of several batches by their shard, in the order of the names."""
    shards: dict[str, list[Utterance]] = {}
    for batch in batches:
        for utterance in batch.utterances:
            shards.setdefault(utterance.shard or "", []).append(utterance)
    return dict(sorted(shards.items()))
