"""Terms of a mix: the strictest of each kind, with the corpora that ask for it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.specs.licence_terms import KINDS, Rule, licence_rules, mix_terms

LICENCES = st.sampled_from(
    [
        "CC-BY-4.0",
        "CC-BY-NC-SA-4.0",
        "CC0-1.0",
        "ODbL-1.0",
        "MIT",
        "unknown",
        "research only",
        "EULA",
    ]
)
CORPORA = st.dictionaries(
    st.sampled_from("abcdef"),
    st.tuples(LICENCES, st.sampled_from([True, False, None])),
    max_size=6,
)
ORDER: tuple[Rule, ...] = ("free", "unknown", "bound")


@pytest.mark.parametrize(
    ("licence", "redistribute", "rules"),
    [
        ("CC0-1.0", True, "free free free free free"),
        ("CC-BY-4.0", True, "free free free free bound"),
        ("CC-BY-NC-SA-4.0", True, "free bound free bound bound"),
        ("CC BY-NC-ND 4.0", False, "bound bound bound free bound"),
        ("CC-BY-NC-SA-3.0-DE", False, "bound bound free bound bound"),
        ("ODbL-1.0", True, "free free free bound bound"),
        ("Apache-2.0", None, "unknown free free free bound"),
        ("academic research only", False, "bound bound bound unknown unknown"),
        ("academic or commercial licence", False, "bound unknown bound unknown unknown"),
        ("unknown", None, "unknown unknown unknown unknown unknown"),
    ],
)
def test_what_licences_ask_for(licence: str, redistribute: bool | None, rules: str) -> None:
    assert list(licence_rules(licence, redistribute).values()) == rules.split()


@given(CORPORA, LICENCES, st.sampled_from([True, False, None]))
def test_one_corpus_more_never_makes_a_mix_freer(
    corpora: dict[str, tuple[str, bool | None]], licence: str, redistribute: bool | None
) -> None:
    after = {**corpora, "new": (licence, redistribute)}
    fewer, more = mix_terms(corpora), mix_terms(after)
    for kind in KINDS:
        assert ORDER.index(more[kind].rule) >= ORDER.index(fewer[kind].rule)
        stated = {name: licence_rules(*one)[kind] for name, one in after.items()}
        assert (more[kind].rule == "free") == (not more[kind].corpora)
        assert all(stated[name] == more[kind].rule for name in more[kind].corpora)
