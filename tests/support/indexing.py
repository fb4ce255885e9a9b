"""Utterances of listings and tables that tests make up."""

from pipeline.index.indexer import find_clips, index_clips
from pipeline.index.table_rows import TableRows, build_table
from pipeline.schema.utterance import Utterance
from pipeline.sources.listing import SourceFile
from pipeline.specs.corpus_spec import CorpusSpec


def index(spec: CorpusSpec, *paths: str, **rows: list[dict[str, str]]) -> list[Utterance]:
    """Utterances of files at these paths and of the rows of each table."""
    files = [SourceFile(path, 1, "") for path in paths]
    tables: dict[str, TableRows] = {
        name: build_table(table, rows.get(name, [])) for name, table in spec.tables.items()
    }
    return list(index_clips(spec, find_clips(spec, files), tables))
