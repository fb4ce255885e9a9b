from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.splits.protocols.clip_names import expand_names, find_clips_by_name

SIGNS = st.text(st.sampled_from("ab01_-(.:/#é"), max_size=4)
LEVELS = st.recursive(
    SIGNS,
    lambda inner: st.lists(st.lists(inner, min_size=1, max_size=3), min_size=1, max_size=3),
    max_leaves=8,
)
"""A name, or what stands in it one after another: each a choice of several."""


def written(level: str | list) -> str:  # type: ignore[type-arg]
    if isinstance(level, str):
        return level
    return "".join(f"{{{','.join(map(written, choices))}}}" for choices in level)


def meant(level: str | list) -> list[str]:  # type: ignore[type-arg]
    if isinstance(level, str):
        return [level]
    each = ([name for choice in choices for name in meant(choice)] for choices in level)
    return ["".join(names) for names in product(*each)]


@given(st.lists(LEVELS, max_size=3))
def test_braces_stand_for_every_choice(levels: list[str | list]) -> None:  # type: ignore[type-arg]
    lines = [level for level in levels if written(level)]
    assert expand_names("\n".join(map(written, lines))) == [n for one in lines for n in meant(one)]


@pytest.mark.parametrize("text", ["a{b", "a}b", "a,b", "{a,{b}", "a" + "{" * 200])
def test_braces_that_do_not_fit_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="brace"):
        expand_names(text)


def test_no_more_names_than_a_corpus_can_have() -> None:
    with pytest.raises(ValueError, match="more than 1,000,000 names"):
        expand_names("{0,1,2,3,4,5,6,7,8,9}" * 7)


def test_names_are_ends_of_ids() -> None:
    ids = ["emo/zip/wav/03a01Fa", "emo/other/03a02", "emo/one/take", "emo/two/take"]
    found = find_clips_by_name(["wav/03a01Fa", "03a02", "take", "gone", "3a02"], ids, [None] * 4)
    assert found == {"wav/03a01Fa": ids[0], "03a02": ids[1]}


def test_a_speaker_tells_clips_of_one_name_apart() -> None:
    ids = ["emo/bea_Amused/amused_0003", "emo/sam_Amused/amused_0003"]
    found = find_clips_by_name(["sam:amused_0003", "eve:amused_0003"], ids, ["bea", "sam"])
    assert found == {"sam:amused_0003": ids[1]}


def test_a_segment_is_named_by_its_start() -> None:
    ids = ["emo/angry#5.94-7.2", "emo/angry#5.9-5.94", "emo/angry#7-"]
    names = ["angry#5.94", "angry#7", "angry"]
    found = find_clips_by_name(names, ids, [None] * 3)
    assert found == {"angry#5.94": ids[0], "angry#7": ids[2]}
