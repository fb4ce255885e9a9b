"""Checks of keys of a spec against each other.

Each takes what it compares, and raises a ValueError that names the key, what was found and what to
do; pydantic adds the file.
"""

import re
from collections.abc import Collection, Iterable, Mapping

from pipeline.schema.record import DIMENSIONS
from pipeline.specs.code_map import find_overlap
from pipeline.specs.raters import Raters
from pipeline.specs.row_spec import RowSpec
from pipeline.specs.table_spec import TableSpec


def named_groups(patterns: Iterable[str]) -> frozenset[str]:
    """Names of the groups of regular expressions."""
    return frozenset(name for pattern in patterns for name in re.compile(pattern).groupindex)


def check_same_speaker(same_speaker: Mapping[str, str]) -> None:
    """Every person is known by one id.

    Raises:
        ValueError: An alias stands for another alias.
    """
    for alias, speaker in same_speaker.items():
        if speaker in same_speaker:
            raise ValueError(
                f"`same_speaker`: {alias} is {speaker}, which is an alias itself; give both "
                "the same id"
            )


def check_table_names(tables: Collection[str], keys: Collection[str]) -> None:
    """No table is called as a key that describes rows.

    Raises:
        ValueError: One is.
    """
    if both := sorted({*tables} & {*keys}):
        raise ValueError(f"`tables`: {both[0]!r} is a key of the spec, too; call it otherwise")


def check_parts(parts: Mapping[str, Iterable[str]]) -> None:
    """What patterns take out of a field has a name.

    Raises:
        ValueError: The patterns of a field have no named group.
    """
    for field, patterns in parts.items():
        if not named_groups(patterns):
            raise ValueError(
                f"`parts.{field}`: name the fields that it finds: '(?P<session>S\\d+)_'"
            )


def check_codes(
    emotions: Collection[str], exclude: Collection[str], meanings: Collection[str]
) -> None:
    """Every native code has one outcome, and only native codes have a meaning.

    Raises:
        ValueError: A code has two, ranges of codes overlap, or a meaning belongs to no code.
    """
    if both := sorted({*emotions} & {*exclude}):
        raise ValueError(f"`exclude`: {', '.join(both)} stands in `emotions` too; keep one")
    if overlap := find_overlap([*emotions, *exclude]):
        raise ValueError(f"`emotions`: the codes {' and '.join(overlap)} overlap")
    if stray := sorted({*meanings} - {*emotions} - {*exclude}):
        raise ValueError(f"`meanings`: {', '.join(stray)} is no code of `emotions` or `exclude`")


def check_fields(used: Mapping[str, Collection[str]], known: Collection[str]) -> None:
    """Fields come from names or tables.

    Args:
        used: Key of the spec → fields that it uses.
        known: Fields that a clip may have.

    Raises:
        ValueError: A key uses another field.
    """
    for key, fields in used.items():
        for field in fields:
            if field not in known:
                raise ValueError(
                    f"`{key}` uses the field {field!r}, which neither `path` nor a table "
                    f"gives; known fields: {', '.join(sorted(known))}"
                )


def check_emotion(
    given: bool, emotions: Collection[str], scales: Collection[str], voted: bool
) -> None:
    """Clips have a native code, and codes have a meaning.

    Args:
        given: Whether a clip has the field ``emotion``.
        emotions: Native codes.
        scales: Dimensions that are rated.
        voted: Whether raters elect the code.

    Raises:
        ValueError: Either is missing, in a corpus that has not ratings alone.
    """
    if not emotions and (given or not scales):
        raise ValueError(
            "`emotions` is missing: what do native codes mean? (Only corpora with ratings, "
            "which have `scales`, and no field 'emotion' can do without)"
        )
    if emotions and not given and not voted:
        raise ValueError(
            "nothing gives the field 'emotion': name a group of `path` so, or `take` it; where "
            "raters give it, say how by `raters: {emotion: majority}`"
        )


def check_rater_tables(
    raters: Raters, rows: Mapping[str, RowSpec], tables: Mapping[str, TableSpec]
) -> None:
    """What raters answered stands in tables that are there.

    Args:
        raters: Where it stands.
        rows: All that has rows, by name.
        tables: The tables among them.

    Raises:
        ValueError: A table, or what names a rater, is missing; or no table holds all raters whose
            weights are to be compared.
    """
    for name in raters.rows:
        if name not in rows:
            raise ValueError(f"`raters.rows` names the table {name!r}, which `tables` lacks")
    if raters.by and raters.by not in _answered_in(raters, rows):
        raise ValueError(f"`raters.by`: no table of `raters.rows` gives {raters.by!r}")
    columns = {field for fields in raters.columns.values() for field in fields}
    of_tables = (columns <= table.take.keys() for table in tables.values())
    if raters.ratings == "ewe" and columns and not any(of_tables):
        raise ValueError(
            "`raters.ratings`: ewe weighs raters by whole tables, but no single table gives "
            f"{', '.join(sorted(columns))}"
        )


def check_answers(
    raters: Raters, rows: Mapping[str, RowSpec], votes: Mapping[str, str], codes: Mapping[str, str]
) -> None:
    """What is to be made of answers can be made of them.

    Args:
        raters: What is to be made of which.
        rows: All that has rows, by name.
        votes: Field that counts votes → category.
        codes: Native code → its category, or why it is left out.

    Raises:
        ValueError: There are no such answers, they are counted already, or what raters elect has
            no code.
    """
    answered = _answered_in(raters, rows) | raters.columns.keys()
    if raters.emotion and not votes and "emotion" not in answered:
        raise ValueError("`raters.emotion`: nothing gives the emotions that raters name")
    if votes and "emotion" in answered:
        raise ValueError("`votes`: raters give them already, and would be counted twice")
    codeless = sorted({*votes.values()} - {*codes.values()})
    if raters.emotion and codeless:
        raise ValueError(
            f"`votes`: {', '.join(codeless)} has no code; the label that raters elect is one, "
            "so name it in `emotions` or `exclude`"
        )
    if raters.ratings and not answered & set(DIMENSIONS):
        raise ValueError("`raters.ratings`: nothing gives the ratings that are to be joined")


def check_corrections(raters: Raters, corrections: Mapping[str, Collection[str]]) -> None:
    """No correction names an emotion that raters elect.

    Raises:
        ValueError: One does.
    """
    if raters.emotion and any("emotion" in fields for fields in corrections.values()):
        raise ValueError("`corrections`: raters vote for `emotion`; use `leave_out` instead")


def _answered_in(raters: Raters, rows: Mapping[str, RowSpec]) -> set[str]:
    """Answers, and names of raters, that rows give."""
    return {
        field for name in raters.rows for field in rows[name].take.keys() & raters.answers_in(name)
    }
