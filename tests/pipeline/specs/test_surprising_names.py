"""Shipped specs where names and folders say surprising or contradictory things."""

import pytest

from pipeline.index.table_rows import build_table
from pipeline.planning.copies import drop_copies
from pipeline.schema.utterance import Utterance
from pipeline.specs.emotion_scheme import emotion_scheme
from tests.support.corpus_in_memory import index_files
from tests.support.releases import RELEASES
from tests.support.shipped_corpora import shipped, source_files, utterances


def clip(corpus: str, path: str) -> Utterance:
    (found,) = utterances(shipped(corpus), source_files(path))
    return found


@pytest.mark.parametrize(
    ("corpus", "path"),
    [
        ("ahoemo1", "anger/comunes/wav/wav_02/s01.wav"),  # another take
        ("anad", "caller_Reciever_turns/V1_1.wav"),  # turns, and
        ("anad", "V1.wav"),  # calls that segments were cut from
        ("ears_emotional", "p001/rainbow_01_regular.wav"),  # without emotion
        ("ears_emotional", "p001/freeform_speech_01.wav"),
        ("emotiontalk", "G00003/G00003_50/G00003_50_13_020.wav"),
        ("jl_corpus", "Picture Stimuli/happy.wav"),
        ("keio_esd", "KEIO-ESD/synthesized/aomori/aomori_ang_1.wav"),  # by machine
        ("mead", "M003/video/front/angry/level_1/001.mp4"),  # other views
        ("mustard_pp", "all_videos/final_context_videos/1_10004_c.mp4"),  # what was said before
        ("ravdess_song", "Actor_01/03-01-05-01-01-01-01.wav"),  # speech
        ("ravdess_song", "Actor_01/01-02-05-01-01-01-01.mp4"),  # video
        ("thorsten_emotional", "samples/thorsten-21.06-emotional/amused.wav"),
    ],
)
def test_other_files_are_no_clips(corpus: str, path: str) -> None:
    assert utterances(shipped(corpus), source_files(path)) == []


@pytest.mark.parametrize(
    ("corpus", "path", "reason"),
    [
        ("aesdd", "sadness/s05 (3).wav", "unreadable"),
        ("asvp_esd", "Bonus/actor_200/03-01-17-01-02-200-05-02-01-12.wav", "unexplained_code"),
        ("att_hack", "wav/F01_a3_s001_v01.wav", "other"),
        ("coraa_ser", "test_ser/bfamcv01_0001.wav", "no_public_label"),
        ("dafex", "Actor1/Block3/act 1 - blk 3 - ang - HI.avi", "no_speech"),
        ("e_seravd", "02_Audio-Only/01/DHB/02-01-DHB-F-0001.wav", "not_validated"),
        ("escad", "01M01S1A(1).wav", "copy"),
        ("ksuemotions", "Phase_1/E04/D05E04P104S01T01.flac", "other"),
        ("mead", "M003/audio/left_30/angry_level_1/001.wav", "other_view"),
        ("pax", "Nonsense/DF_ANG_VX12(2).wav", "copy"),
        ("thai_ser", "zoom001/clip/z001_clip_actor001_script1_1_1a.flac", "other_microphone"),
        ("thorsten_emotional", f"whisper/{'a' * 32}.wav", "other"),
    ],
)
def test_clips_of_no_use_are_excluded_with_a_reason(corpus: str, path: str, reason: str) -> None:
    found = clip(corpus, path)
    assert (found.status, found.dropped.reason) == ("excluded", reason)


@pytest.mark.parametrize(
    ("path", "speaker", "gender"),
    [
        ("Audio/actor_4/03-01-03-01-07-04-02-03-01.wav", "asvp_esd:4", "male"),
        ("Audio/actor_/03-02-13-01-04-90-02-02-02-13.wav", "asvp_esd:90", "male"),
        ("Audio/03-01-03-01-07-05-02-03-01.wav", "asvp_esd:5", "female"),
        ("Audio/actor_112/03-02-07-01-44-98-02-02-01-37.wav", None, None),
        ("Audio/actor_100/03-01-02-01-02-100-04-02-02.wav", "asvp_esd:100", None),  # a baby
        ("Bonus/actor_150/03-02-04-01-13-150-0401-00-14-02.wav", "asvp_esd:150", None),
    ],
)
def test_an_actor_is_known_where_folder_and_name_agree(
    path: str, speaker: str | None, gender: str | None
) -> None:
    found = clip("asvp_esd", path)
    assert (found.speaker, found.gender) == (speaker, gender)


def test_woman_whose_name_says_man_once_stays_a_woman() -> None:
    odd = clip("ased", "04Sad/s4-02-02-02-09.wav")
    plain = clip("ased", "04Sad/s4-02-02-01-09.wav")
    man = clip("ased", "04Sad/s4-02-02-02-52.wav")
    assert (odd.gender, plain.gender, man.gender) == ("female", "female", "male")
    assert odd.speaker == plain.speaker


def test_label_is_that_of_the_folder_where_the_name_says_otherwise() -> None:
    assert clip("erysac", "Sad/16_f_8y_ph_a_2.wav").emotion == "sadness"
    assert clip("emov_db", "sam_Disgusted/Disgust_85-112_0105.wav").emotion == "disgust"


def test_label_is_never_that_of_a_folder_which_unpackers_misspell() -> None:
    assert clip("cafe", "ColŠre/Faible/01-C-1-1.wav").emotion == "anger"
    assert clip("cafe", "DВgoЦt/Fort/10-D-2-1.wav").emotion == "disgust"


def test_two_spellings_of_a_speaker_are_one() -> None:
    assert clip("verbo", "f01/ale-f01-s01.wav").speaker == clip("verbo", "f1/ale-f1-l1.wav").speaker
    assert clip("iitkgp_sehsc", "anger/71.1.ang-1.wav").speaker == "iitkgp_sehsc:1"
    assert clip("aesdd", "fear/f10 (01).wav").speaker == clip("aesdd", "fear/f09 (1).wav").speaker
    assert clip("jtes", "f01_ang_01.wav").speaker != clip("jtes", "m01_ang_01.wav").speaker


_CLEANED = {
    "audio_recording": "wavs/recorded_audio.webm", "status": "Complete", "emotion": "Sad",
    "utterance": "Hm.", "user_id": "3", "gender": "Female", "age": "20s", "level": "1",
}  # fmt: skip
"""A row of EMNS."""


@pytest.mark.parametrize(
    ("corpus", "kept", "copy"),
    [
        ("cafe", "CaFE_48k/Neutre/03-N-1-1.wav", "CaFE_192k_1/Neutre/03-N-1.aiff"),
        ("eatd", "t_1/positive_out.wav", "t_1/positive.wav"),
        ("emns", "cleaned_webm/recorded_audio.webm", "raw_webm/recorded_audio.webm"),
        ("emov_db", "bea_Angry/anger_1-28_0011.wav", "bea/Angry/anger_1-28_0011.wav"),
        ("mead", "M003/audio/sad/level_1/001.m4a", "M003/audio.tar/sad/level_1/001.m4a"),
        ("oreau", "OréauFR_02/f/sessc/42a04Ca.wav", "OréauFR_01/f/sessc/42a04Ca.wav"),
    ],
)
def test_of_two_forms_of_a_clip_the_better_one_is_read(corpus: str, kept: str, copy: str) -> None:
    tables = {
        name: build_table(table, [_CLEANED] if name == "recordings" else [])
        for name, table in shipped(corpus).tables.items()
    }
    found = drop_copies(utterances(shipped(corpus), source_files(copy, kept), tables))
    assert [one.source_path for one in found if one.dropped is None] == [kept]


def test_singers_are_in_the_split_in_which_they_speak() -> None:
    splits: dict[str, set[str]] = {}
    for corpus in ("ravdess", "ravdess_song"):
        files = source_files(*RELEASES[corpus]().contents)
        for one in index_files(shipped(corpus), files, lambda _: b"", emotion_scheme()).utterances:
            splits.setdefault(one.speaker, set()).add(one.split)
    assert len(splits) == 24
    assert all(len(where) == 1 for where in splits.values())


def test_a_sentence_that_is_spoken_in_all_styles_is_in_one_split() -> None:
    files = source_files(*RELEASES["thorsten_emotional"]().contents)
    indexed = index_files(shipped("thorsten_emotional"), files, lambda _: b"", emotion_scheme())
    splits: dict[str, set[str]] = {}
    for one in indexed.utterances:
        if one.split:
            splits.setdefault(one.text, set()).add(one.split)
    assert len(splits) == 300
    assert all(len(where) == 1 for where in splits.values())


def test_cuts_beside_the_recordings_of_pavoque_are_copies() -> None:
    prompt = "- {prompt: m0001, text: Oh., style: angry, start: 1.5, end: 2.5}\n"
    contents = {
        "pavoque-angry.yaml": prompt.encode(),
        "build/text/m0001-angry.txt": b"Oh.\n",
        **dict.fromkeys(["pavoque-angry.flac", "build/wav/m0001-angry.wav"], b""),
    }
    files = source_files(*contents)
    indexed = index_files(shipped("pavoque"), files, contents.__getitem__, emotion_scheme())
    assert [(one.id, one.status) for one in indexed.utterances] == [
        ("pavoque/pavoque-angry#1.5-2.5", "ok"),
        ("pavoque/wav/m0001-angry", "excluded"),
    ]
    only = [file for file in files if not file.path.startswith("pavoque-")]
    (cut,) = index_files(
        shipped("pavoque"), only, contents.__getitem__, emotion_scheme()
    ).utterances
    assert (cut.status, cut.emotion, cut.text) == ("ok", "anger", "Oh.")
