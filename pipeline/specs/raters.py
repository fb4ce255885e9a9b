"""The key ``raters`` of a spec: where their answers are found, and how several are combined."""

from typing import Annotated, Any, Literal, Self, get_args

from pydantic import BeforeValidator, Field, model_validator

from pipeline.common.patterns import compile_pattern
from pipeline.common.spec_model import OneOrMore, Regex, SpecModel

AnswerField = Literal["emotion", "secondary", "arousal", "valence", "dominance"]
ANSWER_FIELDS: tuple[str, ...] = get_args(AnswerField)
"""Fields that count as an answer if a table of raters gives them."""


class VoteRule(SpecModel):
    """``{rule: majority, least_share: 0.5, ties: no_majority}``: one label of many votes."""

    rule: Literal["plurality", "majority", "unanimous"] = Field(
        description="the label has the most votes, more than half of them, or all of them"
    )
    votes_for: Literal["category", "code"] = Field(
        "category", description="whether codes of one category vote together, or each for itself"
    )
    least_share: float = Field(0.0, ge=0, le=1, description="of the votes that the label needs")
    least_raters: int = Field(1, ge=1, description="that must have voted")
    ties: str | list[str] = Field(
        "no_majority",
        description="why clips with a tie are excluded, or categories (or codes), the first wins",
    )
    otherwise: str = Field(
        "no_majority", description="why clips without the votes that the rule wants are excluded"
    )


def _as_rule(value: object) -> object:
    return {"rule": value} if isinstance(value, str) else value


class Raters(SpecModel):
    """Where the answers of single raters are found, and how they become labels and ratings."""

    rows: Annotated[list[str], OneOrMore] = Field([], description="tables of one row a rater")
    columns: dict[AnswerField, Annotated[list[str], Field(min_length=1)]] = Field(
        {}, description="answer → the fields that hold it, one a rater, in one order"
    )
    by: str | None = Field(None, description="field of `rows` that names the rater")
    unanswered: list[str] | Regex = Field(
        [], description="codes that are no answer: values, or a regular expression"
    )
    emotion: Annotated[VoteRule, BeforeValidator(_as_rule)] | None = Field(
        None, description="how their votes make the label; without it, it comes from elsewhere"
    )
    ratings: Literal["mean", "median", "ewe"] | None = Field(
        None, description="how theirs make a rating; without it, it comes from elsewhere"
    )

    @model_validator(mode="before")
    @classmethod
    def _columns_are_lists(cls, data: Any) -> Any:
        if isinstance(data, dict) and isinstance(columns := data.get("columns"), dict):
            lists = {key: [f] if isinstance(f, str) else f for key, f in columns.items()}
            return data | {"columns": lists}
        return data

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        if self.rows and self.columns:
            raise ValueError("`rows` and `columns` are two forms of one thing; keep one")
        lengths = {len(fields) for fields in self.columns.values()}
        if len(lengths) > 1:
            raise ValueError(
                "`columns`: every answer needs as many fields as there are raters, found "
                + ", ".join(f"{len(fields)} of {name}" for name, fields in self.columns.items())
            )
        if self.ratings == "ewe" and self.rows and not self.by:
            raise ValueError(
                "`ratings: ewe` weighs each rater: name the field that tells who, `by`"
            )
        if self.by and not self.rows:
            raise ValueError("`by` names the field of `rows` that names a rater; there are no rows")
        return self

    def is_answer(self, code: str | None) -> bool:
        """Whether a code says anything."""
        if not code:
            return False
        if isinstance(self.unanswered, list):
            return code not in self.unanswered
        return not compile_pattern(self.unanswered).fullmatch(code)

    def answers_in(self, table: str) -> frozenset[str]:
        """Fields that are an answer, and no fact about the clip, where a table gives them."""
        if table not in self.rows:
            return frozenset()
        return frozenset((*ANSWER_FIELDS, *filter(None, [self.by])))
