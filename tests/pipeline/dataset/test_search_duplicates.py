"""Near-duplicates of a built dataset are found, kept out of two splits, and remembered."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import soundfile

from pipeline.audio.options import AudioOptions
from pipeline.common.errors import DataError
from pipeline.dataset.build_state import mark_unfinished
from pipeline.dataset.duplicates.near import find_near_pairs
from pipeline.dataset.manifest import Manifest
from pipeline.dataset.relabel import relabel_dataset
from pipeline.dataset.report.page import write_report
from pipeline.dataset.search_duplicates import search_duplicates
from pipeline.planning.build_config import BuildConfig, Corpus
from pipeline.running.build import build_dataset
from pipeline.shards.metadata_reader import read_metadata
from pipeline.shards.receipts import read_receipts
from pipeline.specs.corpus_spec import CorpusSpec
from pipeline.specs.emotion_scheme import emotion_scheme
from tests.conftest import MakeSpec
from tests.support.babble import RATE, babble

TAKES = 4


def write_corpus(root: Path, speaker: str, copies: bool, emotions: str = "ang") -> Path:
    """Clips of one speaker; copies are softer, begin later and were at 8 kHz."""
    folder = root / "wav"
    folder.mkdir(parents=True, exist_ok=True)
    for take in range(TAKES):
        clip = babble(1.5, seed=take)
        if copies:
            clip = np.concatenate([np.zeros(3_333, np.int16), clip // 3])
        soundfile.write(folder / f"{speaker}_{emotions}_{take}.wav", clip, RATE)
    for take in range(2):
        own = babble(1.2, seed=100 + take + 10 * copies)
        soundfile.write(folder / f"s9{int(copies)}_neu_{take}.wav", own, RATE)
    return root


@pytest.fixture
def corpora(tmp_path: Path, make_spec: MakeSpec) -> dict[str, Corpus]:
    """A corpus that is all test, and another whose first speaker is the same, all train."""
    parts = {"tested": ("test", "ang"), "copied": ("train", "hap")}
    made = {}
    for name, (split, emotion) in parts.items():
        other = "train" if split == "test" else "test"
        spec = make_spec(name, splits=f"{{by: official, of: speaker, 's0.': {split}, 's9.': {split}, x: {other}}}")  # fmt: skip  # noqa: E501
        root = write_corpus(tmp_path / name, "s00", name == "copied", emotion)
        made[name] = Corpus(spec, str(root))
    return made


@pytest.fixture
def output(tmp_path: Path, corpora: dict[str, Corpus]) -> str:
    build(corpora, str(tmp_path / "dataset"))
    return str(tmp_path / "dataset")


def build(corpora: dict[str, Corpus], output: str) -> Manifest:
    return build_dataset(BuildConfig(corpora, emotion_scheme(), output, AudioOptions()))


def specs(corpora: dict[str, Corpus]) -> dict[str, CorpusSpec]:
    return {name: corpus.spec for name, corpus in corpora.items()}


def digest(output: str) -> dict[str, bytes]:
    told_of_runs = ("log", ".build", "report.html")
    return {
        path.relative_to(output).as_posix(): path.read_bytes()
        for path in sorted(Path(output).rglob("*"))
        if path.is_file() and path.relative_to(output).parts[0] not in told_of_runs
    }


def test_copies_leave_the_training_split_and_are_told(output: str) -> None:
    manifest = search_duplicates(output, emotion_scheme())
    assert manifest.near_duplicates
    assert manifest.near_duplicates.excluded == TAKES
    assert manifest.near_duplicates.unsearched == []
    assert manifest.near_duplicates.groups == []
    assert manifest.corpora["copied"].excluded == {"near_duplicate_across_splits": TAKES}
    assert manifest.corpora["copied"].adds_up
    assert manifest.corpora["tested"].written == TAKES + 2
    rejects = pd.read_parquet(f"{output}/rejects.parquet")
    assert set(rejects["detail"]) == {
        f"by its audio fingerprint the same recording as tested/wav/s00_ang_{take}"
        for take in range(TAKES)
    }


def test_the_labels_that_differ_and_the_one_person_are_told(output: str) -> None:
    manifest = search_duplicates(output, emotion_scheme())
    assert len(manifest.conflicting_labels) == TAKES
    assert manifest.conflicting_labels[0].clips == {
        "copied/wav/s00_hap_0": "happiness", "tested/wav/s00_ang_0": "anger",
    }  # fmt: skip
    assert {conflict.outcome for conflict in manifest.conflicting_labels} == {"excluded"}
    (person,) = manifest.same_person
    assert person.speakers == ("copied:s00", "tested:s00")
    assert (person.shared, person.clips) == (TAKES, (TAKES, TAKES))
    assert person.splits == ["train", "test"]


def test_a_build_before_the_search_says_that_there_was_none(
    corpora: dict[str, Corpus], tmp_path: Path
) -> None:
    manifest = build(corpora, str(tmp_path / "new"))
    assert manifest.near_duplicates is None
    assert not (tmp_path / "new" / "duplicates.parquet").exists()


def test_what_was_found_outlives_builds_relabelling_and_further_searches(
    output: str, corpora: dict[str, Corpus]
) -> None:
    search_duplicates(output, emotion_scheme())
    before = digest(output)
    build(corpora, output)  # which makes the shards anew that rows have left
    assert digest(output) == before
    relabel_dataset(output, specs(corpora), emotion_scheme())
    assert digest(output) == before
    search_duplicates(output, emotion_scheme())
    assert digest(output) == before


def test_a_corpus_that_changes_afterwards_is_unsearched(
    output: str, corpora: dict[str, Corpus]
) -> None:
    search_duplicates(output, emotion_scheme())
    more = Path(corpora["copied"].root, "wav", "s91_hap_7.wav")
    soundfile.write(more, babble(1.0, seed=77), RATE)
    manifest = build(corpora, output)
    assert manifest.near_duplicates
    assert manifest.near_duplicates.unsearched == ["copied"]
    assert manifest.near_duplicates.excluded == TAKES


def test_a_search_changes_no_clip_that_is_like_no_other(output: str) -> None:
    receipts = read_receipts(output)
    seen: list[int] = []
    pairs = find_near_pairs(output, receipts, read_metadata(output, receipts), seen.append)
    assert sum(seen) == 2 * (TAKES + 2)
    assert len(pairs) == TAKES
    assert all(pair.offset == pytest.approx(3_333 / RATE, abs=0.013) for pair in pairs)


def test_joined_speakers_share_no_split(output: str, corpora: dict[str, Corpus]) -> None:
    alone = Path(corpora["copied"].root, "wav", "s00_hap_8.wav")
    soundfile.write(alone, babble(1.0, seed=78), RATE)
    build(corpora, output)
    manifest = search_duplicates(output, emotion_scheme(), join_speakers=True)
    expected = {"near_duplicate_across_splits": TAKES, "same_person_across_splits": 1}
    assert manifest.corpora["copied"].excluded == expected
    assert build(corpora, output).corpora["copied"].excluded == expected


def test_an_interrupted_build_is_no_dataset_to_search(output: str) -> None:
    mark_unfinished(output)
    with pytest.raises(DataError, match="build again first"):
        search_duplicates(output, emotion_scheme())


def test_card_and_report_tell_what_was_found(output: str) -> None:
    assert "were not looked for" in Path(output, "README.md").read_text()
    write_report(output, search_duplicates(output, emotion_scheme()))
    card = Path(output, "README.md").read_text()
    assert "**Conflicting labels:** 4 recordings have more than one label (4 excluded)" in card
    assert "copied:s00 and tested:s00 share 4 clips and stand in train, test." in card
    page = Path(output, "report.html").read_text()
    assert "Recordings with more than one label: 4." in page
    assert "copied:s00, tested:s00" in page
