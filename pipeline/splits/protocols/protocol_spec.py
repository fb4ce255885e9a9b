"""What the key ``protocols`` of a spec, and the file of a published protocol, may say."""

from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from pipeline.common.spec_model import Glob, OneOrMore, Regex, SpecModel
from pipeline.schema.record import Split
from pipeline.splits.protocols.clip_names import expand_names
from pipeline.splits.protocols.names import ENDINGS, NAME


def _check_names(names: str) -> str:
    expand_names(names)
    return names


def _check_key(name: str) -> str:
    if not NAME.fullmatch(name) or len(name) > _LONGEST_KEY:
        raise ValueError(f"expected a-z, 0-9 and single hyphens, found {name!r}")
    if name == "loso" or name.endswith("-fold") or "-fold-" in name:
        raise ValueError(f"{name!r} is taken: speakers alone make these folds, without a spec")
    if name.endswith(ENDINGS):
        raise ValueError(f"{name!r}: {', '.join(ENDINGS)} are endings that ask for other folds")
    return name


_LONGEST_KEY = 40

ProtocolKey = Annotated[str, AfterValidator(_check_key)]
Values = Annotated[list[Regex], OneOrMore]
Globs = Annotated[list[Glob], OneOrMore]
ClipNames = Annotated[str, AfterValidator(_check_names)]


class FoldSpec(SpecModel):
    """One fold: which values of the protocol's field, or which clips, are in which part."""

    test: Values = Field([], description="values of `of`, or regular expressions for them")
    validation: Values = []
    train: Values = Field([], description="default: all that no other part names")
    clips: ClipNames = Field("", description="clips of the test part by name, {a,b} for several")
    published: dict[Split, int] = Field({}, description="part → clips, where somebody counted")

    @model_validator(mode="after")
    def _has_a_test_part(self) -> Self:
        if bool(self.test) == bool(self.clips):
            raise ValueError("a fold needs `test`, values of the field, or `clips`; not both")
        return self


class ProtocolSpec(SpecModel):
    """Folds of a corpus, and the classes that are scored."""

    of: str = Field("speaker", description="the field whose values stand in one part")
    folds: dict[str, FoldSpec] = Field({}, description="default: each value of `of` once as test")
    classes: dict[str, str] = Field(
        {}, description="native code or category → class; others are left out; default: six classes"
    )
    leave_out: Globs = Field([], description="globs of clips that the protocol lacks")
    source: str | None = None
    note: str | None = None
    unsupported: str | None = Field(None, description="why the folds can't be made, if so")
