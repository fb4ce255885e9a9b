"""Joining: what the rows of a corpus's tables, and its own row, add to a clip."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from pipeline.index.cell_lists import spread_cells
from pipeline.index.replacements import apply_corrections, apply_replace
from pipeline.index.segment_tables import segment_groups
from pipeline.index.table_rows import (
    TableRows,
    fill_template,
    group_answers,
    merge_rows,
    split_answers,
    take_fields,
)
from pipeline.schema.fields import Fields
from pipeline.schema.utterance import DropReason, excluded, rejected
from pipeline.sources.listing import SourceFile
from pipeline.specs.corpus_spec import CorpusSpec

_MILDEST = {"keep": 0, "exclude": 1, "reject": 2}
"""Of several tables of segments: how a clip without a row in any of them is dropped."""


class Joined(NamedTuple):
    """Fields of an utterance.

    Attributes:
        dropped: Why it can't be used; None where it can.
        answers: Rows of its raters, which are no facts about it.
    """

    fields: Fields
    dropped: DropReason | None = None
    answers: tuple[Fields, ...] = ()


def join_tables(
    spec: CorpusSpec, known: Iterable[Joined], tables: Mapping[str, TableRows]
) -> list[Joined]:
    """Fields of a clip with those of its table rows added, in the order of the tables.

    Args:
        spec: The corpus.
        known: What is known of the clip, or of its segments.
        tables: Tables by name.

    Returns:
        One entry a clip, or one a row where a table holds segments.
    """
    joined = list(known)
    for group in segment_groups(spec):
        names = [name for name in group if name in tables]
        joined = [entry for one in joined for entry in _join_group(spec, one, names, tables)]
    return joined


def _join_group(
    spec: CorpusSpec, joined: Joined, names: Sequence[str], tables: Mapping[str, TableRows]
) -> list[Joined]:
    """Joins a table, or several whose segments stand beside each other."""
    if not names:
        return [joined]
    if len(names) > 1:
        found = [name for name in names if tables[name].find(joined.fields)]
        names = found or [min(names, key=lambda name: _MILDEST[spec.tables[name].unmatched])]
    return [entry for name in names for entry in _join(spec, joined, name, tables[name])]


def _join(spec: CorpusSpec, joined: Joined, name: str, table: TableRows) -> list[Joined]:
    if rows := table.find(joined.fields):
        return _join_rows(spec, joined, name, rows)
    unmatched = table.table.unmatched
    if unmatched == "keep" or joined.dropped:
        return [joined]
    wanted = ", ".join(
        f"{column} = {' or '.join(repr(fill_template(t, joined.fields)) for t in templates)}"
        for column, templates in table.table.match.items()
    )
    detail = f"table {name!r} has no row with {wanted}"
    drop = excluded if unmatched == "exclude" else rejected
    return [joined._replace(dropped=drop("index", "no_table_row", detail))]


def join_own_row(spec: CorpusSpec, file: SourceFile, joined: Joined) -> list[Joined]:
    """Adds the row that a clip is, in a file of rows."""
    if file.record is None:
        return [joined]
    rows = spec.clip_rows[file.rows]
    records = spread_cells([dict(file.record)], rows.cells, file.path)
    return _join_rows(spec, joined, file.rows, [take_fields(rows.take, r) for r in records])


def _join_rows(spec: CorpusSpec, joined: Joined, name: str, rows: Sequence[Fields]) -> list[Joined]:
    """Adds the rows of a clip, in one of ``row_specs``."""
    answered = spec.raters.answers_in(name) if spec.raters else frozenset()
    facts, answers = split_answers(rows, answered)
    if not spec.row_specs[name].segments:
        return [_add_rows(spec, joined, name, facts, answers)]
    return [
        _add_rows(spec, joined, name, [segment], own)
        for segment, own in group_answers(facts, answers)
    ]


def _add_rows(
    spec: CorpusSpec, joined: Joined, name: str, facts: Sequence[Fields], answers: Sequence[Fields]
) -> Joined:
    """Adds the rows of a table for one utterance: what they state, and what its raters said."""
    row, disputed = merge_rows(facts)
    take = spec.row_specs[name].take
    row = {
        field: value
        for field, value in row.items()
        if value is not None or not take[field].endswith("?")  # else what is known stays
    }
    stem = joined.fields["stem"]
    settled = spec.corrections.get(stem or "", {}).keys()
    dropped = joined.dropped
    if disputed := {field: values for field, values in disputed.items() if field not in settled}:
        dropped = dropped or _disagreement(spec, name, len(facts), disputed)
    spelt = (apply_replace(spec, answer) for answer in answers)
    return Joined(
        joined.fields | apply_corrections(spec, row, stem), dropped, (*joined.answers, *spelt)
    )


def _disagreement(
    spec: CorpusSpec, table: str, rows: int, disputed: Mapping[str, Sequence[str]]
) -> DropReason:
    found = "; ".join(
        f"{field} is {' or '.join(map(repr, values))}" for field, values in disputed.items()
    )
    drop = excluded if spec.row_specs[table].disputed == "exclude" else rejected
    detail = f"table {table!r} has {rows} rows for it that disagree: {found}"
    return drop("index", "rows_disagree", detail + _likely(spec, disputed))


def _likely(spec: CorpusSpec, disputed: Mapping[str, Sequence[str]]) -> str:
    """The likely reason why rows disagree, for a message."""
    if disputed.keys() & {"start", "end", "duration"}:
        return "; if each is an utterance in a longer recording, say `segments: true`"
    if "emotion" in disputed and spec.raters is None:
        return "; if each is the answer of a rater, say by `raters` what becomes of them"
    return ""
