"""The licence of a model: one that goes with those of its base and of its training corpora."""

from collections.abc import Collection

from pipeline.specs.licence_terms import HUB_LICENCES, Rule, licence_rules

_MILDER = ("CC-BY-NC-4.0", "CC-BY-4.0", "Apache-2.0", "MIT", "CC0-1.0")
"""Licences that do not ask for themselves again in what is made from them, the strictest first."""


def model_licence(licences: Collection[str]) -> str | None:
    """The hub's name of the mildest licence that goes with all; None where none is known to.

    None goes with terms that nobody knows, with two licences that each ask for themselves
    (share-alike), nor with one that forbids changed versions.

    >>> model_licence(["Apache-2.0", "CC-BY-4.0", "CC-BY-NC-SA-4.0"])
    'cc-by-nc-sa-4.0'
    >>> model_licence(["Apache-2.0", "unknown"])

    Args:
        licences: SPDX identifiers, or other names.
    """
    names = set(licences)
    if not names or not names <= HUB_LICENCES.keys():
        return None
    rules = {name: licence_rules(name, True) for name in names}
    bound: Rule = "bound"
    if any(one["changes"] == bound for one in rules.values()):
        return None
    no_commerce = {name for name, one in rules.items() if one["commercial_use"] == bound}
    alike = {name for name, one in rules.items() if one["share_alike"] == bound}
    if not alike:
        return HUB_LICENCES[next(name for name in _MILDER if name in names)]
    fits = len(alike) == 1 and (not no_commerce or alike <= no_commerce)
    return HUB_LICENCES[alike.pop()] if fits else None
