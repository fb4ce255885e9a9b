import numpy as np

from pipeline.fingerprinting.collection import Fingerprints
from pipeline.fingerprinting.subfingerprints import EMPTY, subfingerprints
from tests.support.babble import babble


def test_clips_lie_one_behind_the_other_and_empty_ones_are_none_of_them() -> None:
    clips = [subfingerprints(babble(seconds, 5)) for seconds in (1.0, 0.6)]
    prints = Fingerprints.of([EMPTY, clips[0], EMPTY, clips[1]])
    assert prints.lengths.tolist() == [0, len(clips[0].codes), 0, len(clips[1].codes)]
    assert np.array_equal(prints.codes[: prints.starts[2]], clips[0].codes)
    assert prints.clip_of(np.array([0, prints.starts[2] - 1, prints.starts[3]])).tolist() == [
        1, 1, 3,
    ]  # fmt: skip
    assert prints.loud_frames().tolist() == [0, clips[0].loud.sum(), 0, clips[1].loud.sum()]


def test_no_clips_are_a_collection_too() -> None:
    prints = Fingerprints.of([])
    assert prints.starts.tolist() == [0]
    assert not len(prints.loud_frames())
