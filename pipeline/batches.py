"""Batches: many clips or utterances as one element, so that Beam handles few elements.

Only metadata is ever sent. Batches of utterances are compressed while they are between two steps,
to about a tenth: a local runner holds them all in memory.
"""

import pickle
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

import pyarrow as pa
from apache_beam.coders import Coder, registry

from pipeline.files import SourceFile
from pipeline.index import FoundClip
from pipeline.utterance import Utterance

CLIPS_PER_BATCH = 2_000


@dataclass(frozen=True)
class ClipBatch:
    """Some clips of a corpus, and the table files that all of its clips are joined with."""

    corpus: str
    clips: tuple[FoundClip, ...]
    tables: tuple[SourceFile, ...]


@dataclass(frozen=True)
class UtteranceBatch:
    """Some utterances of a corpus."""

    corpus: str
    utterances: tuple[Utterance, ...]


class UtteranceBatchCoder(Coder):
    """Sends a batch of utterances as compressed bytes."""

    def encode(self, batch: UtteranceBatch) -> bytes:
        """The batch as sent to the next step."""
        content = pickle.dumps((batch.corpus, batch.utterances), protocol=5)
        size = len(content).to_bytes(8, "big")
        compressed: bytes = pa.compress(content, codec="zstd", asbytes=True)
        return size + compressed

    def decode(self, encoded: bytes) -> UtteranceBatch:
        """The batch as received from the step before."""
        size = int.from_bytes(encoded[:8], "big")
        content = pa.decompress(encoded[8:], decompressed_size=size, codec="zstd", asbytes=True)
        return UtteranceBatch(*pickle.loads(content))

    def is_deterministic(self) -> bool:
        """Batches are never keys."""
        return False


registry.register_coder(UtteranceBatch, UtteranceBatchCoder)


def in_batches(
    corpus: str, clips: Iterable[FoundClip], tables: tuple[SourceFile, ...]
) -> Iterator[ClipBatch]:
    """Clips of a corpus as they are found, so many at a time."""
    clips = iter(clips)
    while batch := tuple(islice(clips, CLIPS_PER_BATCH)):
        yield ClipBatch(corpus, batch, tables)
