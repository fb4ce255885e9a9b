"""Tables of segments: which of them stand beside each other, and which are read one by one."""

from collections.abc import Sequence
from functools import lru_cache

from pipeline.specs.corpus_spec import CorpusSpec
from pipeline.specs.spec_types import template_fields
from pipeline.specs.table_spec import FileByField, TableSpec


@lru_cache(maxsize=256)
def segment_groups(spec: CorpusSpec) -> Sequence[Sequence[str]]:
    """Names of a spec's tables in the order in which they are joined.

    Tables of segments that look for nothing but what is known without any of them are one group:
    each adds the rows that it has for a clip. Every other table is a group of its own.

    >>> from pipeline.specs.loader import load_specs
    >>> (iemocap,) = load_specs(["iemocap"])
    >>> segment_groups(iemocap)
    [['turns'], ['answers'], ['ratings'], ['words']]
    """
    groups: list[list[str]] = []
    known = (
        spec.path_fields
        | {"path", "stem"}
        | {f for rows in spec.clip_rows.values() for f in rows.take}
    )
    known |= spec.parts_of(known)
    beside: list[str] | None = None
    for name, table in spec.tables.items():
        if table.segments and beside is not None and _looks_for(table) <= known:
            beside.append(name)
            continue
        groups.append([name])
        if table.segments and beside is None:
            beside = groups[-1]
        if beside is None:
            known |= table.take.keys()
            known |= spec.parts_of(known)
    return groups


def _looks_for(table: TableSpec) -> set[str]:
    """Fields by which rows are found."""
    templates = (template for templates in table.match.values() for template in templates)
    fields = {field for template in templates for field in template_fields(template)}
    return fields | ({table.file.of} if isinstance(table.file, FileByField) else set())
