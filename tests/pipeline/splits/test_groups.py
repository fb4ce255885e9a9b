from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from pipeline.schema.utterance import Utterance, rejected
from pipeline.splits.groups import count_groups, count_ungrouped, merge_counts


def clip(number: int, **fields: object) -> Utterance:
    name = f"tones/{number}"
    return Utterance(name, "tones", name, f"{number}.wav", 1, "")._replace(**fields)  # type: ignore[arg-type]


def test_rejected_utterances_do_not_count() -> None:
    clips = [clip(1, group="a"), clip(2, group="a", dropped=rejected("index", "x")), clip(3)]
    assert count_groups(clips)["a"].total() == 1
    assert count_ungrouped(clips) == 1


@given(st.lists(st.tuples(st.sampled_from(["a", "b", None]), st.sampled_from(["x", "y"]))))
def test_counts_of_parts_add_up_to_those_of_the_whole(groups: list[tuple[str | None, str]]) -> None:
    clips = [clip(i, group=g, label_native=code) for i, (g, code) in enumerate(groups)]
    parts = [count_groups(clips[:3]), count_groups(clips[3:])]
    assert merge_counts(parts) == count_groups(clips)
    total = sum((counter for counter in count_groups(clips).values()), Counter())
    assert total.total() + count_ungrouped(clips) == len(clips)
