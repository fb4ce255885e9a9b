"""Ratings that raters make together by weights, which depend on all that each of them rated."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType

from pipeline.index.replacements import apply_replace
from pipeline.index.table_rows import TableRows, group_answers, split_answers
from pipeline.raters.answers import read_answers
from pipeline.raters.ratings import Weights, rater_weights, weighted_mean
from pipeline.schema.utterance import RaterAnswer, Utterance
from pipeline.specs.corpus_spec import CorpusSpec


def weigh_raters(spec: CorpusSpec, tables: Mapping[str, TableRows]) -> Weights:
    """Weight of each rater of a corpus by agreement with the others; none if the spec needs none.

    Args:
        spec: The corpus.
        tables: All of it, by name.
    """
    if spec.raters is None or spec.raters.ratings != "ewe":
        return MappingProxyType({})
    return rater_weights(
        answers for name, table in tables.items() for answers in _answers(spec, name, table)
    )


def add_weighted_ratings(utterances: Iterable[Utterance], weights: Weights) -> Iterator[Utterance]:
    """Utterances with the weighted ratings among their annotations, where raters have weights.

    Args:
        utterances: Utterances with the answers of their raters.
        weights: Weights, as :func:`weigh_raters` gives them.
    """
    for utterance in utterances:
        ratings: dict[str, str] = {
            dimension: f"{rating:.12g}"
            for dimension, own in weights.items()
            if (rating := weighted_mean(utterance.raters, dimension, own)) is not None
        }
        stated = utterance.annotations
        yield utterance._replace(annotations={**stated, **ratings}) if ratings else utterance


def _answers(spec: CorpusSpec, name: str, table: TableRows) -> Iterator[Sequence[RaterAnswer]]:
    """Answers on each utterance of a table, in an order that its rows do not decide."""
    raters = spec.raters
    if raters is None:
        return
    answered = raters.answers_in(name)
    columns = {field for fields in raters.columns.values() for field in fields}
    if not answered and not columns & table.table.take.keys():
        return
    for key in sorted(table.rows, key=str):
        rows = table.rows[key]
        facts, answers = split_answers(rows, answered)
        if not answered:
            for row in facts:
                yield read_answers(raters, apply_replace(spec, row), ())
        elif table.table.segments:
            segments = sorted(group_answers(facts, answers), key=lambda found: str(found[0]))
            for _, own in segments:
                yield read_answers(raters, {}, [apply_replace(spec, row) for row in own])
        else:
            yield read_answers(raters, {}, [apply_replace(spec, row) for row in answers])
