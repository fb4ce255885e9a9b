"""Shipped specs on real files, which are no part of the project.

Point EXHUBERT_REAL_AUDIO at a folder with one folder a corpus and a MANIFEST.tsv (columns corpus,
path, class, speaker, …) to run these.
"""

import csv
import os
from pathlib import Path

import pytest

from pipeline.index.table_files import load_tables
from pipeline.schema.utterance import Utterance
from pipeline.sources.listing import list_files, read_file
from tests.support.shipped_corpora import (
    SAMPLED,
    shipped,
    utterances,
)

PLAIN_WORDS = {
    "angry": "anger",
    "fearful": "fear",
    "happy": "happiness",
    "joy": "happiness",
    "sad": "sadness",
    "surprised": "surprise",
}
"""Words of the sample's manifest that are not categories themselves."""


@pytest.fixture(scope="module")
def sample() -> Path:
    folder = os.environ.get("EXHUBERT_REAL_AUDIO")
    if not folder:
        pytest.skip("EXHUBERT_REAL_AUDIO is not set: no folder with real corpora to read")
    return Path(folder)


@pytest.fixture(scope="module")
def manifest(sample: Path) -> list[dict[str, str]]:
    with (sample / "MANIFEST.tsv").open(encoding="utf-8", newline="") as lines:
        return [row for row in csv.DictReader(lines, delimiter="\t") if row["class"]]


def read_sample(sample: Path, corpus: str) -> list[Utterance]:
    spec, root = shipped(corpus), str(sample / corpus)
    files = list_files(root)
    return utterances(spec, files, load_tables(spec, files, lambda path: read_file(root, path)))


@pytest.mark.parametrize("corpus", SAMPLED)
def test_every_real_file_is_found_and_understood(corpus, sample, manifest):
    found = read_sample(sample, corpus)
    listed = [row["path"] for row in manifest if row["corpus"] == corpus]
    assert sorted(utterance.source_path for utterance in found) == sorted(listed)
    assert [(u.source_path, u.dropped) for u in found if u.dropped] == []
    assert len({utterance.id for utterance in found}) == len(found)


@pytest.mark.parametrize("corpus", SAMPLED)
def test_real_files_get_the_emotion_and_the_speaker_of_the_manifest(corpus, sample, manifest):
    given = {u.source_path: (u.emotion, u.speaker) for u in read_sample(sample, corpus)}
    stated = {
        row["path"]: (
            PLAIN_WORDS.get(row["class"], row["class"]),
            f"{corpus}:{row['speaker'].removeprefix('Actor_')}",
        )
        for row in manifest
        if row["corpus"] == corpus
    }
    assert given == stated


@pytest.mark.parametrize("corpus", ["crema_d", "nemo"])
def test_real_tables_give_gender_age_and_text(corpus, sample):
    for utterance in read_sample(sample, corpus):
        assert utterance.gender in {"female", "male"}
        assert 18 <= utterance.age <= 80
        assert len(utterance.text) > 5


def test_the_real_listening_test_covers_every_file(sample):
    for utterance in read_sample(sample, "emo_db"):
        assert utterance.annotations.keys() == {"recognised", "natural"}


def test_the_real_summary_gives_what_listeners_heard(sample):
    votes = {u.source_path: u.annotations["voice_vote"] for u in read_sample(sample, "crema_d")}
    assert votes["AudioMP3/1002_DFA_ANG_XX.mp3"] == "A"
