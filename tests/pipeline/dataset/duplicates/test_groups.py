from hypothesis import given
from hypothesis import strategies as st

from pipeline.dataset.duplicates.groups import connect, group_numbers

names = st.sampled_from("abcdefgh")


@given(st.lists(st.tuples(names, names)))
def test_pairs_share_a_group_and_no_name_is_in_two(pairs: list[tuple[str, str]]) -> None:
    groups = connect(pairs)
    numbers = group_numbers(groups)
    assert all(numbers[one] == numbers[other] for one, other in pairs)
    assert sum(map(len, groups)) == len(numbers) == len({name for pair in pairs for name in pair})
    assert groups == connect(reversed(pairs))
