"""The shipped specs do what they say: on their own examples, on small tables, on real files.

The real files are no part of the project. Point EXHUBERT_REAL_AUDIO at a folder with one folder a
corpus and a MANIFEST.tsv (columns corpus, path, class, speaker, …) to run the last part.
"""

import csv
import os
import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

import pytest

from pipeline.files import SourceFile, list_files, read_file
from pipeline.index import find_clips, index_clips
from pipeline.labels import emotion_scheme, label_utterance
from pipeline.spec import CorpusSpec, Table
from pipeline.specfile import SpecError, builtin_file, builtin_ids, load_spec
from pipeline.tables import TableRows, load_tables, rows_of
from pipeline.utterance import Utterance
from pipeline.validate import check_examples

HANDBOOK = Path(__file__).parents[2] / "docs" / "specs.md"

SAMPLED = ("crema_d", "emo_db", "emovo", "nemo", "ravdess", "tess", "turev", "urdu")

PLAIN_WORDS = {
    "angry": "anger",
    "fearful": "fear",
    "happy": "happiness",
    "joy": "happiness",
    "sad": "sadness",
    "surprised": "surprise",
}
"""Words of the sample's manifest that are not categories themselves."""


# Reading a corpus that exists in memory only.


@cache
def shipped(corpus: str) -> CorpusSpec:
    return load_spec(builtin_file(corpus))


def source_files(*paths: str) -> list[SourceFile]:
    return [SourceFile(path, size=1000, mtime=0.0) for path in paths]


def utterances(
    spec: CorpusSpec, files: Sequence[SourceFile], tables: Mapping[str, TableRows] | None = None
) -> list[Utterance]:
    """Every utterance of the files, labelled; without tables, all of them are empty."""
    if tables is None:
        tables = {name: rows_of(table, []) for name, table in spec.tables.items()}
    indexed = index_clips(spec, find_clips(spec, files), tables)
    return [label_utterance(utterance, spec, emotion_scheme()) for utterance in indexed]


def read_corpus(spec: CorpusSpec, contents: Mapping[str, bytes]) -> list[Utterance]:
    files = source_files(*contents)
    return utterances(spec, files, load_tables(spec, files, contents.__getitem__))


# Every shipped spec.


@pytest.mark.parametrize("corpus", builtin_ids())
def test_spec_speaks_of_known_categories(corpus):
    emotion_scheme().check(shipped(corpus))


@pytest.mark.parametrize("corpus", builtin_ids())
def test_spec_is_named_like_its_file(corpus):
    assert shipped(corpus).id == corpus


@pytest.mark.parametrize("corpus", builtin_ids())
def test_examples_give_what_they_state(corpus):
    assert check_examples(shipped(corpus), emotion_scheme()) == []


@pytest.mark.parametrize("corpus", builtin_ids())
def test_ids_do_not_depend_on_the_archives_top_folder(corpus):
    spec = shipped(corpus)
    paths = list(dict.fromkeys(example.path for example in spec.examples))
    bare = [utterance.id for utterance in utterances(spec, source_files(*paths))]
    nested = source_files(*(f"some archive/v1/{path}" for path in paths))
    assert [utterance.id for utterance in utterances(spec, nested)] == bare


@pytest.mark.parametrize("corpus", builtin_ids())
def test_expected_counts_add_up(corpus):
    spec, expected = shipped(corpus), shipped(corpus).expected
    assert expected.emotions.keys() <= set(spec.emotions.values())
    if expected.utterances:
        assert sum(expected.emotions.values()) <= expected.utterances


@pytest.mark.parametrize("corpus", SAMPLED)
def test_every_emotion_of_a_well_known_corpus_has_an_example(corpus):
    spec = shipped(corpus)
    assert {example.emotion for example in spec.examples} == set(spec.emotions.values())


# Traps of single corpora.


@pytest.mark.parametrize(
    ("corpus", "path"),
    [
        ("ravdess", "Actor_01/03-02-05-01-01-01-01.wav"),  # song
        ("ravdess", "Actor_01/01-01-05-01-01-01-01.mp4"),  # video
        ("emo_db", "lablaut/03a01Faxx.lablaut"),
        ("emo_db", "wav_laryng/03a01Faxx.wav"),
        ("emovo", "documents/LA STRUTTURA DI EMOVO.pdf"),
        ("crema_d", "VideoFlash/1001_DFA_ANG_XX.flv"),
    ],
)
def test_other_files_of_the_archive_are_no_clips(corpus, path):
    assert utterances(shipped(corpus), source_files(path)) == []


@pytest.mark.parametrize(
    ("corpus", "path"),
    [
        ("emo_db", "wav/03a01Xa.wav"),
        ("emovo", "f1/rab-f1-b4.wav"),
        ("ravdess", "Actor_01/03-01-09-01-01-01-01.wav"),
        ("tess", "OAF_mess_bored.wav"),
        ("turev", "Sound Source/Sad/1234_xx_kedi.wav"),
        ("urdu", "Sad/SM1_F1_B01.wav"),
    ],
)
def test_a_clip_with_a_strange_name_is_rejected_and_not_lost(corpus, path):
    (utterance,) = utterances(shipped(corpus), source_files(path))
    assert (utterance.status, utterance.verdict.reason) == ("rejected", "unrecognised_name")


@pytest.mark.parametrize(
    ("corpus", "first", "second"),
    [
        ("ravdess", "Actor_01/{0}", "audio_speech_actors_01-24/Actor_01/{0}"),
        ("tess", "OAF_bath_sad.wav", "TESS data/TESS data/OAF_Sad/OAF_bath_sad.wav"),
    ],
)
def test_clips_stored_twice_share_one_id(corpus, first, second):
    name = "03-01-05-01-01-01-01.wav"
    once, again = utterances(shipped(corpus), source_files(first.format(name), second.format(name)))
    assert once.id == again.id


def test_the_misspelt_speaker_of_tess_is_the_other_spelling():
    corrected, misspelt = utterances(
        shipped("tess"), source_files("OAF_bite_neutral.wav", "OA_bite_neutral.wav")
    )
    assert misspelt.identity == corrected.identity
    assert misspelt.speaker == corrected.speaker == "tess:OAF"


def test_odd_actors_of_ravdess_are_male_and_even_ones_female():
    names = (f"Actor_{n:02}/03-01-01-01-01-01-{n:02}.wav" for n in range(1, 25))
    genders = [
        utterance.gender for utterance in utterances(shipped("ravdess"), source_files(*names))
    ]
    assert genders == ["male", "female"] * 12


def test_intensity_is_kept_in_words():
    (ravdess,) = utterances(shipped("ravdess"), source_files("Actor_01/03-01-05-02-01-01-01.wav"))
    low, none = utterances(
        shipped("crema_d"),
        source_files("AudioWAV/1001_IEO_ANG_LO.wav", "AudioWAV/1001_DFA_ANG_XX.wav"),
    )
    assert ravdess.annotations == {"intensity": "strong"}
    assert low.annotations == {"intensity": "low"}
    assert none.annotations == {}


def test_a_clip_is_the_same_as_wav_and_as_mp3_and_wav_comes_first():
    mp3, wav = utterances(
        shipped("crema_d"),
        source_files("AudioMP3/1001_DFA_ANG_XX.mp3", "AudioWAV/1001_DFA_ANG_XX.wav"),
    )
    assert mp3.identity == wav.identity
    assert mp3.id != wav.id
    assert wav.preference < mp3.preference


def test_tables_of_crema_d_give_the_actor_and_the_votes_by_voice():
    (utterance,) = read_corpus(
        shipped("crema_d"),
        {
            "AudioWAV/1002_DFA_ANG_XX.wav": b"",
            "VideoDemographics.csv": b'"ActorID","Age","Sex"\n1001,51,"Male"\n1002,21,"Female"\n',
            "processedResults/summaryTable.csv": (
                b'"","FileName","VoiceVote","VoiceLevel"\n"1","1002_DFA_ANG_XX","A:D","77:60"\n'
            ),
            "processedResults/tabulatedVotes.csv": (
                b'"","A","D","F","H","N","S","fileName"\n'
                b'"300001",10,0,0,0,0,0,"1002_DFA_ANG_XX"\n'
                b'"100001",4,4,1,0,2,0,"1002_DFA_ANG_XX"\n'
                b'"200001",0,9,0,0,0,0,"1002_DFA_ANG_XX"\n'
            ),
        },
    )
    assert (utterance.gender, utterance.age) == ("female", 21)
    assert (utterance.emotion, utterance.annotations["voice_vote"]) == ("anger", "A:D")
    assert utterance.votes == {
        "anger": 4,
        "disgust": 4,
        "fear": 1,
        "happiness": 0,
        "neutral": 2,
        "sadness": 0,
    }


@pytest.mark.parametrize("corpus", ["crema_d", "emo_db"])
def test_clips_stay_when_optional_tables_are_missing(corpus):
    spec = shipped(corpus)
    found = read_corpus(spec, {example.path: b"" for example in spec.examples})
    assert {utterance.status for utterance in found} == {"ok"}
    assert all(utterance.emotion and utterance.speaker for utterance in found)


def test_the_listening_test_of_emo_db_is_read_as_latin_1():
    table = "Nr.\tSatz\terkannt\tnatuerlich\n1\xa0\t03a01Fa.wav\t90,00\xa0\xa0\t100,00\xa0\n"
    (utterance,) = read_corpus(
        shipped("emo_db"), {"wav/03a01Fa.wav": b"", "erkennung.txt": table.encode("latin-1")}
    )
    assert utterance.annotations == {"recognised": "90,00", "natural": "100,00"}


def test_a_clip_that_the_table_of_nemo_does_not_list_is_rejected():
    header = "file_id\temotion\traw_text\tnormalized_text\tspeaker_id\tgender\tage\n"
    listed, unlisted = read_corpus(
        shipped("nemo"),
        {
            "samples/EB0_fear_1.wav": b"",
            "samples/EB0_fear_2.wav": b"",
            "data.tsv": (
                header + "EB0_fear_1.wav\tfear\tTak.\ttak\t        EB0\tfemale\t27\n"
            ).encode(),
        },
    )
    assert (listed.speaker, listed.gender, listed.age) == ("nemo:EB0", "female", 27)
    assert unlisted.verdict.reason == "no_table_row"


# The handbook.


def blocks(language: str) -> list[str]:
    """Fenced blocks of docs/specs.md, in order."""
    return re.findall(rf"^```{language}\n(.*?)^```$", HANDBOOK.read_text(), re.M | re.S)


def test_the_handbook_names_every_key():
    named = set(re.findall(r"`(\w+)`", HANDBOOK.read_text()))
    assert {*CorpusSpec.model_fields, *Table.model_fields} <= named


def test_specs_in_the_handbook_are_valid_but_for_the_faulty_one(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    first, faulty, _, finished = (block for block in blocks("yaml") if block.startswith("id: "))
    for text in (first, finished):
        Path("my_corpus.yaml").write_text(text)
        assert check_examples(load_spec("my_corpus.yaml"), emotion_scheme()) == []
    Path("my_corpus.yaml").write_text(faulty)
    with pytest.raises(SpecError) as error:
        load_spec("my_corpus.yaml")
    assert f"{error.value}\n" in blocks("text")


# Real files.


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
    assert [(u.source_path, u.verdict) for u in found if u.verdict] == []
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
