"""A shard of tones, ready to be written."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from pipeline.audio.options import AudioOptions
from pipeline.planning.index_corpus import index_corpus
from pipeline.schema.record import Record
from pipeline.schema.utterance import Utterance
from pipeline.shards.receipts import RejectRow
from pipeline.shards.records import make_rows
from pipeline.shards.writer import WrittenShard, write_shards
from pipeline.specs.corpus_spec import CorpusSpec
from pipeline.specs.emotion_scheme import emotion_scheme
from tests.conftest import MakeCorpus, MakeSpec

SHARD = "tones/train-00000-of-00001"
OPTIONS = AudioOptions()
Write = Callable[..., WrittenShard]


def make_records(
    utterances: Sequence[Utterance],
    spec: CorpusSpec,
    root: str,
    options: AudioOptions,
    on_reject: Callable[[RejectRow], object],
    **how: Any,
) -> Iterator[Record]:
    """Rows that are written; the others are handed on."""
    for row in make_rows(utterances, spec, root, options, **how):
        if isinstance(row, RejectRow):
            on_reject(row)
        else:
            yield row


@pytest.fixture
def spec(make_spec: MakeSpec) -> CorpusSpec:
    return make_spec()


@pytest.fixture
def root(make_corpus: MakeCorpus) -> str:
    return str(make_corpus())


@pytest.fixture
def utterances(spec: CorpusSpec, root: str) -> list[Utterance]:
    return index_corpus(spec, root, emotion_scheme()).utterances


@pytest.fixture
def write(utterances: list[Utterance], spec: CorpusSpec, root: str, tmp_path: Path) -> Write:
    def run(planned: list[Utterance] = utterances, options: AudioOptions = OPTIONS, **hooks):  # type: ignore[no-untyped-def]
        shards = {SHARD: planned}
        (written,) = write_shards(shards, spec, root, str(tmp_path), options, **hooks)
        return written

    return run
