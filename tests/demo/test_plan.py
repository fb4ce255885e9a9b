"""Stand-ins, planned: which clips they have, before anything is spoken."""

from collections import Counter

import pytest

from demo.entry import load_standin
from demo.plan import Clip, plan_standin
from demo.standins import standin_ids
from pipeline.common.errors import UsageError
from pipeline.specs.loader import load_spec
from pipeline.specs.shipped import builtin_file


def planned(corpus: str, clips: int | None = None) -> list[Clip]:
    return plan_standin(load_standin(corpus), load_spec(builtin_file(corpus)), clips)


@pytest.mark.parametrize("corpus", standin_ids())
def test_a_plan_is_the_same_every_time(corpus: str) -> None:
    assert planned(corpus, 12) == planned(corpus, 12)


@pytest.mark.parametrize("corpus", standin_ids())
def test_labels_are_those_of_the_spec(corpus: str) -> None:
    spec = load_spec(builtin_file(corpus))
    for clip in planned(corpus):
        assert clip.emotion == spec.emotions.get(clip.code)
        assert clip.gender in {"female", "male"}


@pytest.mark.parametrize("corpus", standin_ids())
def test_no_two_clips_have_one_place_and_one_seed_is_one_clip_s(corpus: str) -> None:
    clips = planned(corpus)
    assert Counter((clip.path, clip.start) for clip in clips).most_common(1)[0][1] == 1
    assert Counter(clip.seed for clip in clips).most_common(1)[0][1] == 1
    assert [clip.path for clip in clips] == sorted(clip.path for clip in clips)


def test_more_clips_than_names_are_refused() -> None:
    with pytest.raises(UsageError, match=r"has names for \d+ clips, asked for 1000000"):
        planned(standin_ids()[0], 1_000_000)
