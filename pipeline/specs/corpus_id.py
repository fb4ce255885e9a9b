"""Ids of corpora, after which folders, configurations and files are called."""

import re
from typing import Annotated

from pydantic import AfterValidator, Field

_ID = r"[a-z][a-z0-9_]*"
_LONGEST_ID = 64

_RESERVED = {
    "all": "the configuration of a dataset that holds every corpus",
    "default": "what the datasets library calls a dataset without configurations",
    "collections": "the file of the collections",
    "emotions": "the file of the shared categories",
    "emotion_words": "the file of words for emotions",
    **dict.fromkeys(
        ("con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))),
        "a device on Windows, where no folder can be called so",
    ),
}
"""Names that no corpus can have → what they stand for."""


def check_id(corpus: str) -> str:
    """The id of a corpus as it is.

    Raises:
        ValueError: It can't be one.
    """
    if not re.fullmatch(_ID, corpus):
        near = re.sub(r"\W+", "_", corpus.lower(), flags=re.ASCII).strip("_")
        hint = f"; {near!r} would do" if re.fullmatch(_ID, near) else ""
        raise ValueError(f"expected a-z, 0-9 and `_`, a letter first, found {corpus!r}{hint}")
    if len(corpus) > _LONGEST_ID:
        raise ValueError(f"expected {_LONGEST_ID} characters or fewer, found {len(corpus)}")
    if corpus in _RESERVED:
        raise ValueError(
            f"{corpus!r} is taken: {_RESERVED[corpus]}; {corpus + '_corpus'!r} would do"
        )
    return corpus


CorpusId = Annotated[
    str, AfterValidator(check_id), Field(json_schema_extra={"pattern": f"^{_ID}$"})
]
