"""Copies that the splits would tear apart are found, whichever batches they come in."""

from pathlib import Path

import numpy as np
import pytest

from pipeline.audio.options import AudioOptions
from pipeline.planning.build_config import BuildConfig, Corpus
from pipeline.planning.group_conflicts import (
    NO_CONFLICTS,
    drop_group_conflicts,
    find_group_conflicts,
    find_repeated,
    mark_copies,
)
from pipeline.planning.index_corpus import index_corpus
from pipeline.planning.shard_names import key_hash
from pipeline.running.build import build_dataset
from pipeline.schema.utterance import Utterance, count_reasons, excluded
from pipeline.specs.emotion_scheme import emotion_scheme
from tests.conftest import MakeSpec, write_tone


def clip(key: str, group: str | None, label: str | None = "ang") -> Utterance:
    return Utterance(key, "c", key, f"{key}.wav", 1, "", group=group, label_native=label)


def reasons(*utterances: Utterance) -> list[str | None]:
    conflicts = find_group_conflicts(np.concatenate([mark_copies([one]) for one in utterances]))
    found = [drop_group_conflicts(one, conflicts).dropped for one in utterances]
    return [one and one.reason for one in found]


def test_copies_of_one_group_stay_whatever_their_number() -> None:
    assert reasons(clip("a", "s1"), clip("a", "s1"), clip("b", "s2")) == [None] * 3
    assert reasons(clip("a", None), clip("a", None)) == [None] * 2
    assert find_group_conflicts(mark_copies([])) == NO_CONFLICTS


def test_copies_of_two_groups_contradict_each_other() -> None:
    found = reasons(clip("a", "s1"), clip("a", "s2"), clip("a", None), clip("b", "s2"))
    assert found == ["copies_disagree"] * 3 + [None]
    assert reasons(clip("a", "s1", "ang"), clip("a", None, "neu")) == ["copies_disagree"] * 2


def test_a_copy_that_names_its_group_is_kept() -> None:
    assert reasons(clip("a", None), clip("a", "s1"), clip("a", None, None)) == [
        "copy",
        None,
        "copy",
    ]


def test_copies_that_are_dropped_already_dispute_nothing() -> None:
    left_out = clip("a", "s2")._replace(dropped=excluded("labels", "other"))
    assert reasons(clip("a", "s1"), left_out) == [None, "other"]
    marks = mark_copies([clip("a", "s1"), clip("b", "s1"), left_out])
    assert find_repeated(marks) == {key_hash("a")}


@pytest.mark.parametrize(
    ("pattern", "counts"),
    [
        (r"(?P<speaker>\w+)/\w+/(?P<take>\w+)_(?P<emotion>[a-z]+)\.wav$", {"copies_disagree": 40}),
        (r"(?P<speaker>s\d+)?\w*/\w+/(?P<take>\w+)_(?P<emotion>[a-z]+)\.wav$", {}),
    ],
)
def test_a_build_leaves_no_copy_in_two_splits_and_counts_as_check_does(
    make_spec: MakeSpec, tmp_path: Path, pattern: str, counts: dict[str, int]
) -> None:
    spec = make_spec(
        path=f"'{pattern}'", audio="'*/wav/*.wav'", same_utterance="'{take}_{emotion}'"
    )
    root = tmp_path / "corpus"
    for take in range(20):
        for number, folder in enumerate((f"s{take % 5}", "unknown" if not counts else "other")):
            file = root / folder / "wav" / f"t{take}_ang.wav"
            write_tone(file, hertz=200 + 10 * take + number)  # the copies sound a little different
    output = str(tmp_path / "out")
    corpora = {"tones": Corpus(spec, str(root))}
    built = build_dataset(BuildConfig(corpora, emotion_scheme(), output, AudioOptions()))
    checked = index_corpus(spec, str(root), emotion_scheme()).utterances
    tones = built.corpora["tones"]
    assert tones.rejected == count_reasons(checked, "rejected") == counts
    assert tones.excluded == count_reasons(checked, "excluded") == ({} if counts else {"copy": 20})
