"""Pairs on the page: different labels first, both sides before one, corpora in turn."""

from pathlib import Path

import pytest

from pipeline.dataset.duplicates.pair_table import Pair, PairedClip
from pipeline.dataset.manifest import require_manifest
from pipeline.dataset.report.listening import find_listening
from pipeline.dataset.report.pairs import (
    DIFFERENT_LABELS,
    EQUAL,
    NEAR,
    NO_PAIRS,
    choose_pairs,
    describe,
    find_pairs,
)
from pipeline.dataset.selection import find_rows
from tests.conftest import MakeCorpus, MakeSpec
from tests.support.builds import build
from tests.support.pairs import clip


def near(one: str, other: str, error: float = 0.1, emotion: str = "anger") -> Pair:
    return Pair(clip(one), clip(other, emotion=emotion), "near", 0.25, 1.5, error)


def test_doubtful_pairs_come_first_and_both_sides_before_one() -> None:
    pairs = [near("a/1", "a/2", 0.05), near("a/3", "a/4", 0.2), near("a/5", "gone", 0.21)]
    heard = {"a/1", "a/2", "a/3", "a/4", "a/5"}
    assert [pair.one.id for pair in choose_pairs(pairs, heard)] == ["a/3", "a/1", "a/5"]
    equal = Pair(clip("a/8"), clip("a/9", emotion="fear"), "equal")
    differing = [near("a/6", "a/7", 0.2, emotion="fear"), equal]
    chosen = choose_pairs(differing, {f"a/{number}" for number in range(6, 10)})
    assert [pair.one.id for pair in chosen] == ["a/8", "a/6"]


def test_groups_stand_one_after_another_within_what_a_page_holds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(
        "pipeline.dataset.report.pairs._MOST", {DIFFERENT_LABELS: 1, NEAR: 2, EQUAL: 1}
    )
    pairs = [
        Pair(clip("a/1"), clip("a/2"), "equal"),
        Pair(clip("a/1"), clip("a/3", emotion=None), "equal"),
        *(near("a/4", f"a/{number}", number / 100) for number in range(5, 9)),
        near("a/9", "b/1", 0.01),
        near("b/2", "b/3", emotion="fear"),
    ]
    heard = {side.id for pair in pairs for side in (pair.one, pair.other)}
    chosen = [(pair.one.id, pair.other.id) for pair in choose_pairs(pairs, heard)]
    assert chosen == [("b/2", "b/3"), ("a/4", "a/8"), ("a/9", "b/1"), ("a/1", "a/2")]


def test_how_alike_they_are_is_told_in_words() -> None:
    assert describe(Pair(clip("a/1"), clip("a/2"), "equal")) == "all samples are equal"
    words = "10 % of the bits of their fingerprints differ over 1.5 s"
    later = f"{words}; the second begins 0.25 s later in the recording"
    assert describe(near("a/1", "a/2")) == later
    assert describe(near("a/1", "a/2")._replace(offset=0.001)) == words


@pytest.fixture
def dataset(make_spec: MakeSpec, make_corpus: MakeCorpus, tmp_path: Path) -> str:
    for name in ("tones", "bells"):
        build(make_spec(name), make_corpus(name), tmp_path / "dataset")
    return str(tmp_path / "dataset")


def test_both_sides_are_heard_and_one_that_has_left_sounds_as_its_equal(dataset: str) -> None:
    manifest = require_manifest(dataset)
    rows = find_rows(dataset, manifest)
    one, other, third = (
        PairedClip("", "", None, "anger", "")._replace(id=name) for name in rows["id"][:3]
    )
    gone = clip("tones/gone", split="train")
    pairs = [
        Pair(one, other._replace(emotion="fear"), "near", 0.0, 1.0, 0.1),
        Pair(third, gone, "equal"),
        Pair(other, gone, "near", 0.0, 1.0, 0.1),
        Pair(gone, gone._replace(id="tones/gone2"), "equal"),
    ]
    listening = find_listening(dataset, manifest, rows, "all")
    found = find_pairs(dataset, pairs, rows, listening)
    assert found.inaudible == 1
    assert {name: len(group) for name, group in found.groups.items()} == found.found
    (differing,), (alike,), (equal,) = (
        found.groups[name] for name in (DIFFERENT_LABELS, NEAR, EQUAL)
    )
    assert differing.one.audio
    assert differing.other.audio
    assert alike.other.audio == ""
    assert "left out of train" in alike.other.facts
    assert equal.one.audio == equal.other.audio != ""
    assert len(found.audible) == 5


def test_corpora_that_may_not_be_heard_are_silent_and_a_silent_page_has_no_pairs(
    dataset: str,
) -> None:
    manifest = require_manifest(dataset)
    kept = manifest.corpora["bells"].model_copy(update={"redistribute": False})
    manifest = manifest.model_copy(update={"corpora": {**manifest.corpora, "bells": kept}})
    rows = find_rows(dataset, manifest).assign(text="what was said")
    first = {corpus: part["id"].iloc[0] for corpus, part in rows.groupby("corpus")}
    pairs = [Pair(clip(first["bells"]), clip(first["tones"]), "near", 0.0, 1.0, 0.1)]
    listening = find_listening(dataset, manifest, rows, "redistributable")
    (pair,) = find_pairs(dataset, pairs, rows, listening).groups[NEAR]
    assert (pair.one.audio, bool(pair.other.audio)) == ("", True)
    assert (pair.one.text, pair.other.text) == ("", "what was said")
    silent = find_listening(dataset, manifest, rows, "none")
    assert find_pairs(dataset, pairs, rows, silent) == NO_PAIRS
