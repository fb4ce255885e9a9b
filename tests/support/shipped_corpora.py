"""Corpora of shipped specs that exist in memory only: names of files, and contents of tables."""

from collections.abc import Mapping, Sequence
from functools import cache

from pipeline.index.indexer import find_clips, index_clips
from pipeline.index.table_files import load_tables
from pipeline.index.table_rows import TableRows, build_table
from pipeline.labels import label_utterance
from pipeline.schema.utterance import Utterance
from pipeline.sources.listing import SourceFile
from pipeline.specs.corpus_spec import CorpusSpec
from pipeline.specs.emotion_scheme import emotion_scheme
from pipeline.specs.loader import load_spec
from pipeline.specs.shipped import builtin_file
from pipeline.splits.assignment import split_utterance
from pipeline.splits.groups import count_groups

SAMPLED = ("crema_d", "emo_db", "emovo", "nemo", "ravdess", "tess", "turev", "urdu")
"""Corpora of which real files are at hand where EXHUBERT_REAL_AUDIO says so."""


@cache
def shipped(corpus: str) -> CorpusSpec:
    return load_spec(builtin_file(corpus))


def source_files(*paths: str) -> list[SourceFile]:
    return [SourceFile(path, size=1000, version="") for path in paths]


def utterances(
    spec: CorpusSpec, files: Sequence[SourceFile], tables: Mapping[str, TableRows] | None = None
) -> list[Utterance]:
    """Every utterance of the files, labelled; without tables, all of them are empty."""
    if tables is None:
        tables = {name: build_table(table, []) for name, table in spec.tables.items()}
    indexed = index_clips(spec, find_clips(spec, files), tables)
    return [label_utterance(utterance, spec, emotion_scheme()) for utterance in indexed]


def read_corpus(spec: CorpusSpec, contents: Mapping[str, bytes]) -> list[Utterance]:
    files = source_files(*contents)
    return utterances(spec, files, load_tables(spec, files, contents.__getitem__))


def official_splits(corpus: str, *clips: Utterance) -> list[str | None]:
    spec = shipped(corpus)
    splits = spec.splits.assign(count_groups(clips), spec.id, spec.namespace)
    return [split_utterance(clip, spec.splits, splits).split for clip in clips]
