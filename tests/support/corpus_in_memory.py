"""Corpora that lie on no disk: paths, and a function that gives what is in them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain

from pipeline.planning.build_config import Corpus
from pipeline.planning.index_corpus import IndexedCorpus, plan_corpus
from pipeline.sources.class_names import ReadFile
from pipeline.sources.listing import SourceFile
from pipeline.specs.corpus_spec import CorpusSpec
from pipeline.specs.emotion_scheme import EmotionScheme


def _no_content(path: str) -> bytes:
    return b""


@dataclass(frozen=True)
class CorpusInMemory(Corpus):
    """A corpus whose files are named by a test."""

    files: Sequence[SourceFile] = field(default=(), hash=False)
    read: ReadFile = _no_content

    def walk(self) -> Iterator[SourceFile]:
        return iter(self.files)

    def reader(self) -> ReadFile:
        return self.read


def index_files(
    spec: CorpusSpec, files: Sequence[SourceFile], read: ReadFile, scheme: EmotionScheme
) -> IndexedCorpus:
    """A corpus in memory as `check` indexes it; whether audio was fetched is not asked."""
    planned = plan_corpus(CorpusInMemory(spec, "", files, read), scheme)
    utterances = sorted(
        chain.from_iterable(planned.shards.values()), key=lambda u: (u.id, u.source_path)
    )
    return IndexedCorpus(utterances, planned.missing, planned.notes)
