"""Fields inside of fields: the key ``parts`` of a spec."""

from pipeline.common.patterns import compile_pattern
from pipeline.specs.corpus_spec import CorpusSpec

Fields = dict[str, str | None]


def add_parts(spec: CorpusSpec, fields: Fields) -> Fields:
    """Fields with those that parts of their values give.

    Args:
        spec: With its ``parts``, in the order in which they are found: one may lie in another.
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
