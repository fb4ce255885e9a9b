"""Fields inside of fields, and columns inside of columns: ``parts`` of a spec and of its tables."""

from collections.abc import Iterable, Iterator, Mapping

from pipeline.common.patterns import compile_pattern
from pipeline.schema.fields import Fields, Row
from pipeline.specs.corpus_spec import CorpusSpec


def add_parts(spec: CorpusSpec, fields: Fields) -> Fields:
    """Fields with those that parts of their values give.

    Args:
        spec: Spec with its ``parts``, in the order in which they are found: one may lie in another.
        fields: Known so far; what a pattern does not find stays as it is.

    Raises:
        DataError: A pattern takes too long.
    """
    for field, patterns in spec.parts.items():
        if value := fields.get(field):
            searches = (compile_pattern(one, spec.ignore_case).search(value) for one in patterns)
            if found := next(filter(None, searches), None):
                fields = fields | found.groupdict()
    return fields


def add_column_parts(
    rows: Iterable[Row], parts: Mapping[str, str], ignore_case: bool
) -> Iterator[Row]:
    """Rows of a table with the columns that parts of their cells give.

    Args:
        rows: Rows, as they were read.
        parts: Column → regular expression.
        ignore_case: Whether patterns are blind to case.

    Raises:
        DataError: A pattern takes too long.
    """
    patterns = {column: compile_pattern(part, ignore_case) for column, part in parts.items()}
    for row in rows:
        for column, pattern in patterns.items():
            if found := pattern.search(row.get(column, "")):
                row = row | found.groupdict("")
        yield row
