"""Versions follow from what has changed since the earlier manifest."""

from collections.abc import Mapping
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from pipeline.audio.options import AudioOptions
from pipeline.common.release import Release
from pipeline.dataset.manifest import CorpusManifest, Manifest
from pipeline.dataset.versioning import find_change, name_release
from tests.support.manifests import manifest

CHANGES = st.lists(st.sampled_from(["gone", "fewer", "more", "labels", "split", "bytes", "cited"]))


def change(dataset: Manifest, **changed: Any) -> Manifest:
    """A dataset whose corpus ``tones`` has changed."""
    tones = dataset.corpora["tones"].model_copy(update=changed)
    return dataset.model_copy(update={"corpora": dataset.corpora | {"tones": tones}})


def apply(kind: str, dataset: Manifest) -> Manifest:
    """A dataset to which something has happened."""
    tones = dataset.corpora.get("tones")
    if tones is None:
        return dataset
    happenings: Mapping[str, dict[str, Any]] = {
        "fewer": {"written": tones.written - 1},
        "more": {"written": tones.written + 1},
        "labels": {"labels": {name: count + 1 for name, count in tones.labels.items()}},
        "split": {"splits": dict.fromkeys(tones.splits, tones.splits["test"])},
        "bytes": {"shards": [shard.model_copy(update={"xxh3": "0"}) for shard in tones.shards]},
        "cited": {"citation": "Somebody, once"},
    }
    if kind == "gone":
        others = {name: one for name, one in dataset.corpora.items() if name != "tones"}
        return dataset.model_copy(update={"corpora": others})
    return change(dataset, **happenings[kind])


@given(CHANGES)
def test_the_strictest_change_counts(kinds: list[str]) -> None:
    earlier = now = manifest()
    for kind in kinds:
        now = apply(kind, now)
    written = earlier.corpora["tones"].written
    left = now.corpora["tones"].written if "tones" in now.corpora else -1
    happened = set(kinds)
    if left < written:
        expected = "major"
    elif left > written or happened & {"labels", "split"}:
        expected = "minor"
    else:
        expected = "patch" if happened & {"bytes", "cited"} else None
    assert find_change(earlier, now) == expected


@given(CHANGES)
def test_nothing_changes_against_itself_and_what_was_read_back(kinds: list[str]) -> None:
    now = manifest()
    for kind in kinds:
        now = apply(kind, now)
    assert find_change(now, now) is None
    stored = name_release(now, None, Release("T", "3.2.1", "2026-11-29"))
    assert find_change(Manifest.model_validate_json(stored.model_dump_json()), now) is None


def test_a_corpus_more_is_minor_and_audio_in_another_form_is_major() -> None:
    whole = manifest()
    assert find_change(apply("gone", whole), whole) == "minor"
    other = whole.model_copy(update={"audio": AudioOptions("flac", "rms")})
    assert find_change(whole, other) == "major"


def test_a_first_version_has_no_date_and_the_usual_title() -> None:
    named = name_release(manifest(), None, Release())
    assert (named.title, named.version) == ("Speech emotion corpora", "0.1.0")
    assert named.date_published is None


def test_what_was_given_stays_until_the_content_changes() -> None:
    first = name_release(manifest(), None, Release("Mine", "2.0.0", "2026-11-29"))
    again = name_release(manifest(), first, Release())
    assert again == first
    changed = name_release(apply("bytes", manifest()), again, Release())
    assert (changed.title, changed.version, changed.date_published) == ("Mine", "2.0.1", None)
    given_again = name_release(manifest(), first, Release(version="2.5.0"))
    assert (given_again.version, given_again.date_published) == ("2.5.0", None)


def test_a_manifest_of_an_earlier_release_counts_as_the_first() -> None:
    stored = manifest().model_dump(mode="json", exclude={"title", "version", "date_published"})
    assert Manifest.model_validate(stored).version == "0.1.0"
    assert isinstance(Manifest.model_validate(stored).corpora["tones"], CorpusManifest)
