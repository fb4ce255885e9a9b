"""Terms of a mix of corpora: for each kind the strictest term, and the corpora that ask for it.

Terms are read from the name of a licence: Creative Commons, ODbL, MIT, Apache, or words such as
research and non-commercial. Nothing here is legal advice.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

Kind = Literal["redistribution", "commercial_use", "changes", "share_alike", "attribution"]
"""Kinds of terms: passing on, earning money, altering, passing on alike, naming authors."""

Rule = Literal["free", "unknown", "bound"]
"""Strictness of a term, from the mildest: nothing is asked for, it is unknown, or it is forbidden
(first three kinds) or required (the others)."""

KINDS: tuple[Kind, ...] = get_args(Kind)
_RULES: tuple[Rule, ...] = get_args(Rule)

_WORDS: Mapping[Kind, Mapping[Rule, str]] = {
    "redistribution": {
        "free": "may be passed on",
        "unknown": "nobody has said whether it may be passed on",
        "bound": "must not be passed on",
    },
    "commercial_use": {
        "free": "commercial use is allowed",
        "unknown": "nobody has said whether commercial use is allowed",
        "bound": "no commercial use",
    },
    "changes": {
        "free": "changed versions may be passed on",
        "unknown": "nobody has said whether changed versions may be passed on",
        "bound": "changed versions, as this one is, must not be passed on",
    },
    "share_alike": {
        "free": "what is made of it may have other terms",
        "unknown": "nobody has said whether what is made of it must have the same terms",
        "bound": "what is made of it must have the same terms",
    },
    "attribution": {
        "free": "authors need not be named",
        "unknown": "nobody has said whether authors must be named: name them",
        "bound": "authors must be named",
    },
}

HUB_LICENCES = {
    "Apache-2.0": "apache-2.0",
    "CC-BY-4.0": "cc-by-4.0",
    "CC-BY-NC-4.0": "cc-by-nc-4.0",
    "CC-BY-NC-ND-4.0": "cc-by-nc-nd-4.0",
    "CC-BY-NC-SA-4.0": "cc-by-nc-sa-4.0",
    "CC-BY-ND-4.0": "cc-by-nd-4.0",
    "CC-BY-SA-4.0": "cc-by-sa-4.0",
    "CC0-1.0": "cc0-1.0",
    "MIT": "mit",
    "ODbL-1.0": "odbl",
}
"""SPDX identifier → identifier of the Hugging Face hub."""

_CREATIVE_COMMONS = re.compile(r"(?i)\bCC[- ]BY((?:[- ](?:NC|ND|SA))*)\b")
_RESEARCH_ONLY = re.compile(r"(?i)non-?\s?commercial|\bresearch\b|\bacademic\b")


@dataclass(frozen=True)
class MixTerm:
    """One kind of terms of a mix.

    Attributes:
        rule: Strictest rule of any corpus.
        words: The rule in words, for users.
        corpora: Corpora that have it; none if it is free.
    """

    rule: Rule
    words: str
    corpora: tuple[str, ...]


def mix_terms(licences: Mapping[str, tuple[str, bool | None]]) -> dict[Kind, MixTerm]:
    """Terms of a dataset of these corpora.

    Args:
        licences: Corpus → name of its licence, and whether it may be passed on.
    """
    asked = {corpus: licence_rules(*licence) for corpus, licence in licences.items()}
    terms: dict[Kind, MixTerm] = {}
    for kind in KINDS:
        strictest: Rule = max(
            (rules[kind] for rules in asked.values()), key=_RULES.index, default="free"
        )
        because = tuple(name for name, rules in asked.items() if rules[kind] == strictest)
        named = () if strictest == "free" else because
        terms[kind] = MixTerm(strictest, _WORDS[kind][strictest], named)
    return terms


def licence_rules(licence: str, redistribute: bool | None) -> dict[Kind, Rule]:
    """Rules of one licence.

    Args:
        licence: Name of the licence.
        redistribute: Whether the corpus may be passed on; None where its terms do not say.

    >>> licence_rules("CC-BY-NC-4.0", True)["commercial_use"]
    'bound'
    """
    passing: Rule = "unknown" if redistribute is None else "free" if redistribute else "bound"
    if found := _CREATIVE_COMMONS.search(licence):
        parts = found[1].upper()
        return _rules(passing, "NC" in parts, "ND" in parts, "SA" in parts, True)
    if re.search(r"(?i)\bCC0\b|public domain", licence):
        return _rules(passing, False, False, False, False)
    if re.search(r"\b(?:MIT|Apache-2\.0|BSD)\b", licence):
        return _rules(passing, False, False, False, True)
    if re.search(r"\bODbL\b", licence):
        return _rules(passing, False, False, True, True)
    unknown: dict[Kind, Rule] = dict.fromkeys(KINDS, "unknown")
    if _RESEARCH_ONLY.search(licence) and not re.search(r"(?i)[ -]commercial lic", licence):
        unknown["commercial_use"] = "bound"
    changed: Rule = "bound" if passing == "bound" else "unknown"
    return unknown | {"redistribution": passing, "changes": changed}


def _rules(
    passing: Rule, no_commerce: bool, no_changes: bool, alike: bool, named: bool
) -> dict[Kind, Rule]:
    bound = (no_commerce, no_changes, alike, named)
    kinds: tuple[Kind, ...] = ("commercial_use", "changes", "share_alike", "attribution")
    rules: dict[Kind, Rule] = {"redistribution": passing}
    return rules | {
        k: "bound" if is_bound else "free" for k, is_bound in zip(kinds, bound, strict=True)
    }
