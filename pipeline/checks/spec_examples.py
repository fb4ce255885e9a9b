"""Runs the examples of a spec: each states a path and the fields that must come of it."""

from collections.abc import Iterator

from pipeline.index.indexer import find_clips, index_clips
from pipeline.index.table_rows import TableRows, build_table, no_table
from pipeline.labels import label_utterance
from pipeline.schema.utterance import Utterance
from pipeline.sources.listing import SourceFile
from pipeline.specs.corpus_spec import CorpusSpec
from pipeline.specs.emotion_scheme import EmotionScheme
from pipeline.specs.spec_types import Example
from pipeline.specs.table_spec import FileByField, TableSpec


def check_examples(spec: CorpusSpec, scheme: EmotionScheme) -> list[str]:
    """Runs the examples of a spec.

    Returns:
        One line for every example that does not give what it states; none where all is well.
    """
    return [
        f"corpus {spec.id}, example {example.path}: {problem}"
        for example in spec.examples
        for problem in _check(spec, example, scheme)
    ]


def _check(spec: CorpusSpec, example: Example, scheme: EmotionScheme) -> Iterator[str]:
    file = SourceFile(example.path, 1, "", record=example.columns or None, rows=_rows_of(spec))
    clips = list(find_clips(spec, [file]))
    if not clips:
        yield f"no glob of `audio` matches it: {', '.join(spec.audio)}"
        return
    tables = {name: _table(spec, name, example) for name in spec.tables}
    for utterance in index_clips(spec, clips, tables):
        labelled = label_utterance(utterance, spec, scheme)
        if labelled.status == "rejected" and labelled.dropped:
            rows = _rows_to_add(spec, example)
            if labelled.dropped.reason == "no_table_row" and rows:
                yield f"needs `rows: {rows}`, its row of each table: no data is read here"
            else:
                yield f"{labelled.dropped.reason}: {labelled.dropped.detail}"
        else:
            yield from _compare(spec, example, labelled)


def _rows_of(spec: CorpusSpec) -> str:
    """The key that describes the rows that clips are."""
    return next(iter(spec.clip_rows), "")


def _compare(spec: CorpusSpec, example: Example, utterance: Utterance) -> Iterator[str]:
    known = set(Utterance._fields)
    for key in example.model_fields_set & known:
        expected, found = getattr(example, key), getattr(utterance, key)
        if key == "speaker" and expected is not None:
            expected = f"{spec.speaker_namespace}:{expected}"
        if expected != found:
            wanted, given = (
                "nothing" if value is None else repr(value) for value in (expected, found)
            )
            yield f"{key}: expected {wanted}, found {given}"


def _table(spec: CorpusSpec, name: str, example: Example) -> TableRows:
    """A table of the rows that the example states."""
    table = spec.tables[name]
    if not table.required and name not in example.rows:
        return no_table(table)
    return build_table(table, example.rows.get(name, []))


def _rows_to_add(spec: CorpusSpec, example: Example) -> str:
    """The ``rows`` that the example lacks for tables that require one; empty if none."""
    rows = [
        f"{name}: {{{', '.join(f'{column}: …' for column in _columns(table))}}}"
        for name, table in spec.tables.items()
        if table.unmatched != "keep" and name not in example.rows
    ]
    return f"{{{', '.join(rows)}}}" if rows else ""


def _columns(table: TableSpec) -> list[str]:
    """Columns that a row of the table has in an example."""
    chosen_by = [table.file.of] if isinstance(table.file, FileByField) else []
    taken = [column for column in table.take.values() if not column.endswith("?")]
    return list(dict.fromkeys([*chosen_by, *table.match, *table.where, *taken]))
