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

import openpyxl
import pytest

from pipeline.checks.spec_examples import check_examples
from pipeline.index.indexer import find_clips, index_clips
from pipeline.index.table_join import TableRows, build_table, load_tables
from pipeline.labels import label_utterance
from pipeline.planning.copies import drop_copies
from pipeline.schema.utterance import Utterance
from pipeline.sources.listing import SourceFile, list_files, read_file
from pipeline.specs.corpus_spec import CorpusSpec
from pipeline.specs.emotion_scheme import emotion_scheme
from pipeline.specs.loader import load_spec, load_specs
from pipeline.specs.shipped import builtin_file, builtin_ids
from pipeline.specs.spec_types import TableSpec
from pipeline.specs.yaml_reader import SpecError
from pipeline.splits.assignment import split_utterance
from pipeline.splits.groups import count_groups

HANDBOOK = Path(__file__).parents[3] / "docs" / "specs.md"

SAMPLED = ("crema_d", "emo_db", "emovo", "nemo", "ravdess", "tess", "turev", "urdu")

ASSUMED = (
    "abc", "ad", "bes", "cve", "des", "ea_act", "ea_bmw", "ea_wsj", "gvess", "mes", "ppmmk",
    "simis", "turkish_emo",
)  # fmt: skip
"""Corpora whose layout was never published."""

WELL_KNOWN = (
    *SAMPLED, "casia", "demos", "emofilm", "enterface05", "esd", "fau_aibo", "iemocap", "meld",
    "mesd", "savee", "shemo", "subesco", "susas",
)  # fmt: skip
"""Corpora whose names are known well enough for an example of every class."""

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
    return [SourceFile(path, size=1000, version="") for path in paths]


def utterances(
    spec: CorpusSpec, files: Sequence[SourceFile], tables: Mapping[str, TableRows] | None = None
) -> list[Utterance]:
    """Every utterance of the files, labelled; without tables, all of them are empty."""
    if tables is None:
        tables = {name: build_table(table, []) for name, table in spec.tables.items()}
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


@pytest.mark.parametrize("corpus", WELL_KNOWN)
def test_every_emotion_of_a_well_known_corpus_has_an_example(corpus):
    spec = shipped(corpus)
    assert {e.emotion for e in spec.examples if e.emotion} == set(spec.emotions.values())


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
        ("meld", "output_repeated_splits_test/final_videos_testdia0_utt0.mp4"),
        ("meld", "output_repeated_splits_test/._dia0_utt0.mp4"),
        ("iemocap", "Session1/dialog/wav/Ses01F_impro01.wav"),
        ("susas", "speech/simulated/ti46/f1/angry/no1.sph"),
        ("eu_emoss", "EU Emotion - UK Voices/Original/Afraid/OV3E.mp3"),
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
        ("demos", "DEMOS/NP_x_55_rab06b.wav"),
        ("iemocap", "Session1/sentences/wav/Ses01F_impro01/Ses01F_impro01_X000.wav"),
        ("savee", "AudioData/DC/b01.wav"),
        ("fau_aibo", "wav/Ohm_01_015.wav"),
    ],
)
def test_a_clip_with_a_strange_name_is_rejected_and_not_lost(corpus, path):
    (utterance,) = utterances(shipped(corpus), source_files(path))
    assert (utterance.status, utterance.dropped.reason) == ("rejected", "unrecognised_name")


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
    assert misspelt.dedup_key == corrected.dedup_key
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
    assert mp3.dedup_key == wav.dedup_key
    assert mp3.id != wav.id
    assert wav.glob_rank < mp3.glob_rank


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


def test_the_misnamed_clip_of_crema_d_is_the_clip_of_the_right_name():
    wav, mp3 = read_corpus(
        shipped("crema_d"),
        {
            "AudioWAV/1040_ITH_SAD_X.wav": b"",
            "AudioMP3/1040_ITH_SAD_XX.mp3": b"",
            "processedResults/summaryTable.csv": (
                b'"","FileName","VoiceVote","VoiceLevel"\n"1","1040_ITH_SAD_XX","S","50"\n'
            ),
        },
    )
    assert (wav.emotion, wav.speaker) == ("sadness", "crema_d:1040")
    assert wav.annotations == mp3.annotations == {"voice_vote": "S", "voice_level": "50"}
    assert [clip.status for clip in drop_copies([wav, mp3])] == ["excluded", "ok"]


def test_takes_of_either_release_of_emo_db_say_how_many_recognised_them():
    table = (
        "file,emotion,emotion.confidence,emotion.naturalness\nwav/03a01Fa.wav,happiness,0.9,1.0\n"
    )
    (take,) = read_corpus(
        shipped("emo_db"),
        {
            "emodb/wav/03a01Fa.wav": b"",
            "emodb/laryngo/03a01Fa.wav": b"",
            "emodb/db.emotion.csv": table.encode(),
        },
    )
    assert take.annotations == {"confidence": "0.9", "naturalness": "1.0"}


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
    assert unlisted.dropped.reason == "no_table_row"


def test_speaker_of_a_turn_is_who_speaks_and_not_who_wears_the_markers():
    lines = (
        "% [START_TIME - END_TIME] TURN_NAME EMOTION [V, A, D]\r\n\r\n"
        "[6.2901 - 8.2357]\tSes01F_impro01_M000\tneu\t[1.0000, 3.0000, 5.5000]\r\n"
        "C-E2:\tNeutral;\t()\r\nA-E3:\tval 3; act 2; dom  2;\t()\r\n"
        "[10.0100 - 11.3925]\tSes01F_impro01_F001\txxx\t[2.5000, 2.5000, 2.5000]\r\n"
        "[12.0 - 13.0]\tSes01F_impro01_F002\toth\t[2.5000, 2.5000, 2.5000]\r\n"
    )
    clip = "Session1/sentences/wav/Ses01F_impro01/Ses01F_impro01_{0}.wav".format
    second, no_majority, other, first = read_corpus(
        shipped("iemocap"),
        {
            clip("M000"): b"",
            clip("F001"): b"",
            clip("F002"): b"",
            "Session5/sentences/wav/Ses05M_script01_1b/Ses05M_script01_1b_F000.wav": b"",
            "Session1/dialog/wav/Ses01F_impro01.wav": b"",  # the whole dialog
            "Session1/dialog/EmoEvaluation/Ses01F_impro01.txt": lines.encode(),
            "Session1/dialog/EmoEvaluation/Categorical/Ses01F_impro01_e2_cat.txt": (
                b"[6.2901 - 8.2357]\tSes01F_impro01_M000\tang\t[1, 1, 1]\n"
            ),
            "Session1/dialog/transcriptions/Ses01F_impro01.txt": (
                b"Ses01F_impro01_M000 [006.2901-008.2357]: Excuse me.\n"
                b"Ses01F_impro01_MXX0 [009.1-009.2]: Mhm.\n"
            ),
        },
    )
    assert (second.speaker, second.gender, second.text) == ("iemocap:Ses01M", "male", "Excuse me.")
    assert (second.emotion, second.valence, second.arousal) == ("neutral", 0.0, 0.5)
    assert second.dominance == 1.0  # 5.5 lies outside the scale
    assert (no_majority.status, no_majority.dropped.reason) == ("excluded", "no_majority")
    assert (other.status, other.dropped.reason) == ("excluded", "other")
    assert (first.speaker, first.gender, first.group) == ("iemocap:Ses05F", "female", "Ses05")


def test_folders_name_the_subject_whatever_the_file_is_called():
    clips = utterances(
        shipped("enterface05"),
        source_files(
            "subject 11/anger/sentence 1/s12_an_1.avi",
            "subject 12/anger/sentence 1/s12_an_1.avi",
            "subject 3/surprise/sentence 1/s_3_su_1.avi",
            "subject 16/surprise/sentence 3/s16_su_3avi.avi",
            "subject 6/fear/s6_fe.avi",
        ),
    )
    assert [clip.speaker.partition(":")[2] for clip in clips] == ["11", "12", "3", "16", "6"]
    assert [clip.label_native for clip in clips] == [
        "anger", "anger", "surprise", "surprise", "fear",
    ]  # fmt: skip
    assert len({clip.dedup_key for clip in clips}) == 5
    assert shipped("enterface05").max_duration > 106.92  # subject 6


def test_texts_in_four_encodings_are_read_and_labels_come_from_the_folder():
    spoken = {
        "0001": ("打远一看，它们的确很是美丽，\t伤心", "gb2312"),
        "0003": ("打远一看，它们的确很是美丽，\tNeutral", "utf-16"),
        "0011": ("The nine the eggs, I keep.\tSad", "utf-8"),
        "0016": ("Don\x92t ask me\tSad", "latin-1"),
    }
    contents: dict[str, bytes] = {}
    for speaker, (text, encoding) in spoken.items():
        lines = f"{speaker}_000001\t{text}\r\nmalformed line\r\n{speaker}_000002\ta\tb\tc\td\r\n"
        contents[f"{speaker}/{speaker}.txt"] = lines.encode(encoding)
        contents[f"{speaker}/Neutral/{speaker}_000001.wav"] = b""
    clips = read_corpus(shipped("esd"), contents)
    assert [clip.text for clip in clips] == [
        "打远一看，它们的确很是美丽，",
        "打远一看，它们的确很是美丽，",
        "The nine the eggs, I keep.",
        "Don’t ask me",
    ]
    assert [clip.language for clip in clips] == ["zh", "zh", "en", "en"]
    assert {clip.emotion for clip in clips} == {"neutral"}


def test_english_texts_of_esd_saved_as_chinese_keep_their_apostrophes():
    text = "0016_000351\tIt’s a café.\tAngry\r\n"
    read = [
        read_corpus(
            shipped("esd"),
            {"0016/Angry/0016_000351.wav": b"", "0016/0016.txt": line.encode(encoding)},
        )[0].text
        for line, encoding in [(text.replace("é", "e"), "gbk"), (text, "cp1252"), (text, "utf-8")]
    ]
    assert read == ["It’s a cafe.", "It’s a café.", "It’s a café."]


def test_one_name_in_three_official_parts_is_three_utterances():
    header = "Sr No.,Utterance,Speaker,Emotion,Sentiment,Dialogue_ID,Utterance_ID\r\n"
    row = '1,"Well, no","{0}",{1},neutral,0,0\r\n2,No,Ross,neutral,neutral,125,3\r\n'
    contents = {
        "MELD.Raw/train/train_splits/dia0_utt0.mp4": b"",
        "MELD.Raw/train/train_splits/dia125_utt3.mp4": b"",
        "MELD.Raw/dev_splits_complete/dia0_utt0.mp4": b"",
        "MELD.Raw/output_repeated_splits_test/dia0_utt0.mp4": b"",
        "MELD.Raw/output_repeated_splits_test/._dia0_utt0.mp4": b"",
        "MELD.Raw/output_repeated_splits_test/final_videos_testdia0_utt0.mp4": b"",
        "MELD.Raw/train/train_sent_emo.csv": (header + row.format("Chandler", "joy")).encode(),
        "MELD.Raw/dev_sent_emo.csv": (header + row.format("Richard’s Date", "fear")).encode(),
        "MELD.Raw/test_sent_emo.csv": (header + row.format("Phoebe", "anger")).encode(),
    }
    train, broken, dev, test = read_corpus(shipped("meld"), contents)
    assert (broken.status, broken.dropped.reason) == ("excluded", "broken")
    assert [u.emotion for u in (train, dev, test)] == ["happiness", "fear", "anger"]
    assert [u.speaker for u in (dev, test)] == ["meld:Richard’s Date", "meld:Phoebe"]
    assert len({u.dedup_key for u in (train, dev, test)}) == 3
    assert official_splits("meld", train, dev, test) == ["train", "validation", "test"]


def official_splits(corpus: str, *clips: Utterance) -> list[str | None]:
    spec = shipped(corpus)
    splits = spec.splits.assign(count_groups(clips), spec.id, spec.namespace)
    return [split_utterance(clip, spec.splits, splits).split for clip in clips]


def test_children_of_two_schools_with_one_number_are_two_children():
    names = ["Ohm_01_000_00", "Ohm_31_000_00", "Mont_01_000_00"]
    clips = read_corpus(
        shipped("fau_aibo"),
        {f"wav/{name}.wav": b"" for name in names}
        | {"chunk_labels_5cl_corpus.txt": "".join(f"{n} N 0.6\n" for n in names).encode()},
    )
    assert len({clip.speaker for clip in clips}) == 3
    assert {clip.annotations["confidence"] for clip in clips} == {"0.6"}
    assert official_splits("fau_aibo", *clips) == ["train", "validation", "test"]


def test_validation_part_of_emotiw_is_the_test_set():
    clips = utterances(
        shipped("emotiw_2014"),
        source_files(
            *(f"Train/Sad/{n:09}.avi" for n in range(40)),
            "Val/Sad/100000000.avi",
            "Test/Test_vid_Distribute/200000000.avi",
            "Train/Faces/000046280/1.jpg",
        ),
    )
    *train, val = official_splits("emotiw_2014", *clips)
    assert val == "test"
    assert set(train) == {"train", "validation"}


def test_codes_that_two_corpora_share_keep_their_own_meaning():
    (contempt,) = utterances(shipped("emofilm"), source_files("wav_corpus/f_dis008aes.wav"))
    disgust, neutral = utterances(
        shipped("demos"), source_files("DEMOS/NP_f_57_dis14b.wav", "NEU/m_03_neu04b.wav")
    )
    assert (contempt.emotion, contempt.language) == ("contempt", "es")
    assert disgust.emotion == "disgust"
    assert (neutral.emotion, neutral.speaker) == ("neutral", "demos:03")


def test_workbook_of_emofilm_gives_speakers_and_question_marks_are_unknown(tmp_path):
    workbook = openpyxl.Workbook()
    workbook.active.append(["file", "speaker", "film"])
    for name, speaker in [
        ("f_tri046bit", "Giuppi Izzo"),
        ("f_gio204aes", "????"),
        ("f_dis028ait", None),
        ("m_ans001ait", "Constantino Romero+6\xa0"),
    ]:
        workbook.active.append([name, speaker, "million dolar baby"])
    file = tmp_path / "legend.xlsx"
    workbook.save(file)
    clips = read_corpus(
        shipped("emofilm"),
        {
            "f_m_corpus_it_es_en_legend.xlsx": file.read_bytes(),
            "wav_corpus/f_tri046bit.wav": b"",
            "wav_corpus/f_gio204aes.wav": b"",
            "wav_corpus/f_dis028ait.wav": b"",
            "wav_corpus/m_ans001ait.wav": b"",
        },
    )
    assert [clip.speaker for clip in clips] == [
        "emofilm:Giuppy Izzo", None, None, "emofilm:Constantino Romero",
    ]  # fmt: skip
    assert {clip.annotations["film"] for clip in clips} == {"million dollar baby"}


def test_both_layouts_of_savee_give_one_utterance_a_speaker_and_sentence():
    clips = utterances(
        shipped("savee"),
        source_files("AudioData/DC/sa01.wav", "AudioData/JE/sa01.wav", "ALL/DC_sa01.wav"),
    )
    assert {clip.emotion for clip in clips} == {"sadness"}
    assert len({clip.id for clip in clips}) == 3
    kept = drop_copies(clips)
    assert [clip.status for clip in kept] == ["ok", "excluded", "ok"]


def test_spellings_of_a_speaker_of_casia_are_one_speaker():
    clips = utterances(
        shipped("casia"),
        source_files(
            "zhaozuoxiang/sad/201.wav",
            "ZhaoZuoxiang/sad/202.wav",
            "CASIA/6/sad/203-sad-zhaozuoxiang.wav",
            "不同文本100/Zuoxiang.Zhao/normal/201.wav",
        ),
    )
    assert {clip.speaker for clip in clips} == {"casia:zhaozuoxiang"}
    assert {clip.gender for clip in clips} == {"male"}
    assert clips[-1].emotion == "neutral"


def test_voices_of_mesd_are_no_speakers_and_words_may_have_underscores():
    child, man = utterances(
        shipped("mesd"), source_files("Disgust_C_A_basta_ya.wav", "Fear_M_A_por_favor.wav")
    )
    assert (child.speaker, child.gender, child.text) == (None, None, "basta_ya")
    assert (man.speaker, man.gender, man.group) == (None, "male", "por_favor")


def test_two_misnamed_words_of_mesd_are_those_of_its_design():
    odd = utterances(
        shipped("mesd"),
        source_files("Happiness_C_A_lento_dentro.wav", "Sadness_M_A_afuera.wav"),
    )
    assert [(clip.text, clip.group) for clip in odd] == [("lento", "lento"), ("fuera", "fuera")]


def test_transcripts_of_shemo_lose_their_marks_and_may_be_missing():
    with_words, without = read_corpus(
        shipped("shemo"),
        {
            "female/F21F01.wav": b"",
            "female/F03S18.wav": b"",
            "transcript/final text/F21F01.ort": "\ufeff\u200fسلام دنیا\u200e\r\n".encode(),
            "transcript/final text/F21N99.ort": b"\r\n",
        },
    )
    assert with_words.source_path == "female/F21F01.wav"
    assert (with_words.emotion, with_words.gender, with_words.text) == (
        "fear", "female", "سلام دنیا",
    )  # fmt: skip
    assert (without.emotion, without.text) == ("sadness", None)


def test_user_states_of_smartkom_are_segments_of_a_session():
    tier = (
        "LHD: Partitur 1.3\nSAM: 16000\n"
        'USH: 0 16000 "Neutral"\nUSH: 16000 8000 "Arger/Miserfolg"\n'
        'USH: 24000 8000 "Überraschung/Verwunderung"\nUSH: 32000 16000 "Restklasse"\n'
        "TRN: 0 16000 0,1,2 w001_pk_001_AAA\n"
    )
    clips = read_corpus(
        shipped("smartkom"),
        {
            "SK-Public/w001_pk/w001_pkd.wav": b"",
            "SK-Public/w001_pk/w001_pkl.wav": b"",  # another channel
            "SK-Public/w001_pk/w001_pk_AAA.par": tier.encode("latin-1"),
            "SK-Public/w001_pk/w001_pk_SMA.par": b'USH: 0 99 "Neutral"\n',
        },
    )
    kept = [clip for clip in drop_copies(clips) if clip.status == "ok"]
    assert [(clip.emotion, clip.start, clip.end) for clip in kept] == [
        ("neutral", 0.0, 1.0),
        ("anger", 1.0, 1.5),
        ("surprise", 1.5, 2.0),
    ]
    assert {(clip.speaker, clip.source_path) for clip in kept} == {
        ("smartkom:AAA", "SK-Public/w001_pk/w001_pkd.wav")
    }


def test_a_session_of_smartkom_without_states_is_left_out_by_rule():
    (session,) = read_corpus(
        shipped("smartkom"),
        {
            "w002_pk/w002_pkd.wav": b"",
            "w001_pk/w001_pk_AAA.par": b'USH: 0 16000 "Neutral"\n',
            "w002_pk/w002_pk_AAB.par": b"TRN: 0 16000 0 x\n",
        },
    )
    assert (session.status, session.dropped.reason) == ("excluded", "no_table_row")
    assert "w002_pk" in session.dropped.detail


def test_words_outside_the_vocabulary_of_susas_are_left_out_and_counted():
    word, outside = utterances(
        shipped("susas"),
        source_files(
            "speech/actual/roller/f1/hist/no3.sph",
            "speech/actual/roller/f1/hist_oov_all/silence.sph",
        ),
    )
    assert (word.emotion, word.text, word.gender) == ("high_stress", "no", "female")
    assert (outside.status, outside.dropped.reason) == ("excluded", "out_of_vocabulary")


def test_an_actor_of_both_eu_corpora_is_one_speaker():
    (voice,) = utterances(shipped("eu_ev"), source_files("Original/Kind/HV24A.mp3"))
    (video,) = utterances(
        shipped("eu_emoss"), source_files("Faces - HD Version/EDITED/Kind/HF24v1_cut.mp4")
    )
    assert voice.speaker == video.speaker == "eu_emotion:H"
    assert voice.emotion == video.emotion == "kindness"


def test_an_amplified_copy_of_a_voice_is_left_out():
    clips = utterances(
        shipped("eu_ev"),
        source_files(
            "Fixed - amplified volume/Angry - Low Intensity/fix__BV18C.mp3",
            "Original/Angry - Low Intensity/BV18C.mp3",
        ),
    )
    status = {clip.source_path[:5]: clip.status for clip in drop_copies(clips)}
    assert status == {"Fixed": "excluded", "Origi": "ok"}


def test_gemep_speaks_english_in_the_core_set_and_french_in_the_full_one():
    core, full = utterances(
        shipped("gemep"), source_files("Core/A03joy_1.avi", "GEMEP/wavs/W03joi412.wav")
    )
    assert core.emotion == full.emotion == "elation"
    assert core.speaker == full.speaker == "gemep:03"


def test_stray_bracket_of_subesco_does_not_hide_the_clip():
    (clip,) = utterances(shipped("subesco"), source_files("F_02_MONIKA_S_2_SURPRISE_3].wav"))
    assert (clip.emotion, clip.speaker, clip.text) == ("surprise", "subesco:F_02", "S_2")


# Corpora whose layout was never published.


@pytest.mark.parametrize("corpus", ASSUMED)
@pytest.mark.parametrize("validation", ["devel", "val"])
def test_neutral_layout_gives_labels_and_the_split_of_each_table(corpus, validation):
    spec = shipped(corpus)
    (code, emotion), *_ = spec.emotions.items()
    contents = {
        f"wav/{number}.wav": b"" for number in range(4)
    } | {
        "train.csv": f"file,label,speaker,gender,text\nwav/0.wav,{code},7,F,Ja\n".encode(),
        f"{validation}.csv": f"file,label\n1.wav,{code}\n".encode(),
        "test.csv": f"file,label\nwav/2.wav,{code}\nwav/3.wav,what is this\n".encode(),
    }  # fmt: skip
    *known, unknown = read_corpus(spec, contents)
    assert official_splits(corpus, *known) == ["train", "validation", "test"]
    assert {clip.emotion for clip in known} == {emotion}
    assert (known[0].speaker, known[0].gender) == (f"{corpus}:7", "female")
    assert (known[1].speaker, known[1].gender) == (None, None)
    assert unknown.dropped.reason == "unknown_label"
    assert "what is this" in unknown.dropped.detail


def test_neutral_layout_may_cut_recordings_into_segments():
    table = b"file,label,start,end\nlong.wav,nervous,0,1.5\nlong.wav,tired,1.5,0:00:03.0\n"
    clips = read_corpus(shipped("abc"), {"wav/long.wav": b"", "train.csv": table})
    assert [(clip.emotion, clip.start, clip.end) for clip in clips] == [
        ("nervous", 0.0, 1.5),
        ("tired", 1.5, 3.0),
    ]


@pytest.mark.parametrize("corpus", ASSUMED)
def test_spec_with_an_assumed_layout_says_so(corpus):
    spec = shipped(corpus)
    assert spec.layout == "assumed"
    assert "assumption" in spec.quirks[0]
    assert "--spec" in spec.quirks[1]


# The handbook.


def blocks(language: str) -> list[str]:
    """Fenced blocks of docs/specs.md, in order."""
    return re.findall(rf"^```{language}\n(.*?)^```$", HANDBOOK.read_text(), re.M | re.S)


def test_the_handbook_names_every_key():
    named = set(re.findall(r"`(\w+)`", HANDBOOK.read_text()))
    assert {*CorpusSpec.model_fields, *TableSpec.model_fields} <= named


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


def test_corpora_that_share_actors_draw_their_splits_alike() -> None:
    shared: dict[str, set[int]] = {}
    for spec in load_specs():
        if spec.namespace:
            shared.setdefault(spec.namespace, set()).add(spec.splits.seed)
    assert shared
    assert all(len(seeds) == 1 for seeds in shared.values())
