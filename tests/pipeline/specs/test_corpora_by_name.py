"""Shipped specs that read names alone: what is surprising in the names of each corpus."""

import pytest

from pipeline.planning.copies import drop_copies
from tests.support.shipped_corpora import official_splits, shipped, source_files, utterances


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
