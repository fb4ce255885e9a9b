"""Corpora whose facts lie in nested tables, below two header lines, or in the number of a clip."""

import json

import pytest

from tests.support.releases import nested
from tests.support.shipped_corpora import official_splits, read_corpus, shipped

TURN = {
    "EmoAnnotation": {"EmoAnnotator1": "Sad", "EmoAnnotator2": "Anger", "final_main_emo": "Sad"}
}


def test_letters_of_m3ed_are_other_people_in_every_dialogue() -> None:
    people = {"A": {"Name": " 邱英杰", "Gender": "male", "Age": "mid"}, "B": {"Name": "阿霞"}}
    dialogues = {
        "anjia_1": {"SpeakerInfo": people, "Dialog": {"anjia_1_1": {**TURN, "Text": "你好"}}},
        "anjia_2": {
            "SpeakerInfo": {"A": people["B"], "B": people["A"]},
            "Dialog": {"anjia_2_1": TURN},
        },
    }
    one, other = read_corpus(
        shipped("m3ed"),
        {
            "modality_speech/A_anjia_1_1.wav": b"",
            "modality_speech/B_anjia_2_1.wav": b"",
            "annotation.json": json.dumps({"anjia": dialogues}).encode(),
            "splitInfo/movie_list_val.txt": b"anjia\n",
        },
    )
    assert one.speaker == other.speaker == "m3ed:anjia_邱英杰"
    assert (one.gender, one.text, one.emotion, one.votes) == (
        *("male", "你好", "sadness", {"anger": 1.0, "sadness": 1.0}),
    )
    assert one.annotations["age_group"] == "mid"
    assert official_splits("m3ed", one) == ["validation"]


def test_videos_of_mosei_are_cut_as_its_clips_are() -> None:
    table = (
        b",file,index,start,end,label2a,label2b,label6,label7,split\n0,-a_b,0,2,5.5,1,1,4,-2,2\n"
    )
    clips = read_corpus(
        shipped("cmu_mosei"),
        {
            "CMU_MOSEI_Labels.csv": table,
            "Audio/Segmented_Audio/test/-a_b_0.wav": b"",
            "Raw/Audio/Full/WAV_16000/-a_b.wav": b"",
        },
    )
    clip, cut = sorted(clips, key=lambda clip: clip.start or 0)
    assert (clip.emotion, clip.valence, clip.start) == ("disgust", pytest.approx(1 / 6), None)
    assert (cut.emotion, cut.valence, cut.start, cut.end) == (
        *("disgust", pytest.approx(1 / 6), 2.0, 5.5),
    )
    assert cut.dedup_key == clip.dedup_key
    assert cut.glob_rank > clip.glob_rank


@pytest.mark.parametrize(
    "header", ["", "video_id,clip_id,text,label,label_T,label_A,label_V,annotation,mode\n"]
)
def test_labels_of_ch_sims_have_a_header_or_none_and_the_sound_its_own_rating(header: str) -> None:
    row = f"{header}video_0001,3,你好,0.8,0.4,-0.5,1,Positive,valid\n"
    clip, unknown = read_corpus(
        shipped("ch_sims"),
        {"Raw/video_0001/0003.mp4": b"", "Raw/video_0001/0004.mp4": b"", "label.csv": row.encode()},
    )
    assert (clip.emotion, clip.valence_class, clip.label) == ("positive", "positive", None)
    assert (clip.valence, clip.text) == (0.25, "你好")
    assert unknown.dropped.reason == "no_table_row"


def test_each_file_of_kemdy19_is_about_the_speaker_it_is_named_after() -> None:
    release = nested.kemdy19()
    contents = {path: content for path, content in release.contents.items() if "01" in path[:24]}
    name = "annotation/Sess01_F_res.csv"
    contents[name] = contents[name].replace(
        b"Sess01_impro01_M001,happy", b"Sess01_impro01_M001,sad"
    )
    clips = {clip.id: clip for clip in read_corpus(shipped("kemdy19"), contents)}
    clip = clips["kemdy19/wav/Session01/Sess01_impro01/Sess01_impro01_M001"]
    assert clip.dropped is None
    assert (clip.speaker, clip.gender, clip.text) == ("kemdy19:Sess01M", "male", "c/ 안녕")
    assert (clip.valence, clip.arousal) == (pytest.approx(0.6), pytest.approx(0.475))
    assert len(clip.raters) == 10


def test_ratings_of_uudb_are_means_of_its_raters() -> None:
    session = b"""<Session xmlns='http://uudb.speech-lab.org/ns/0.9'><Utterance UtteranceID='1'
    Channel='R'><EmotionalState><Rating Pleasantness='1' Arousal='7' Dominance='4'/>
    <Rating Pleasantness='4' Arousal='6' Dominance='4'/></EmotionalState></Utterance></Session>"""
    (clip,) = read_corpus(
        shipped("uudb"), {"var/C001/C001R_001.wav": b"", "Sessions/C001/C001.xml": session}
    )
    assert (clip.valence, clip.dominance, clip.emotion) == (0.25, 0.5, None)
    assert clip.arousal == pytest.approx(5.5 / 6)


def test_language_of_beat_stands_in_the_name_and_emotion_in_the_number() -> None:
    names = ("7_a_2_70_70", "7_a_3_70_70", "8_b_6_111_111", "8_b_0_119_119")
    clips = read_corpus(shipped("beat"), {f"{name}.wav": b"" for name in names})
    assert [(clip.language, clip.emotion) for clip in clips] == [
        *(("zh", "happiness"), ("zh", "neutral"), ("ja", "disgust"), ("en", None)),
    ]
    assert clips[-1].dropped.reason == "unknown_label"


def test_texts_of_emotiontts_lose_their_mark() -> None:
    folder = "plain-to-emotional/ema"
    contents = {f"{folder}/wav/ema00301.wav": b"", f"{folder}/wav/ema00302.wav": b""}
    contents[f"{folder}/transcript/ema00301.txt"] = "\ufeff안녕\n".encode()
    first, second = read_corpus(shipped("emotiontts_open_db"), contents)
    assert (first.text, second.text, first.emotion) == ("안녕", None, "sadness")


def test_parts_of_omg_are_told_by_the_name_of_the_table() -> None:
    header = "link,start,end,video,utterance,arousal,valence,EmotionMaxVote\n"
    parts = {"omg_TrainVideos": "a", "omg_ValidationVideos": "b", "omg_TestVideos_WithLabels": "c"}
    contents = {f"x/{letter * 9}/utterance_2.mp4": b"" for letter in parts.values()}
    for name, letter in parts.items():
        row = f"http://,0,1,{letter * 9},utterance_2.mp4,0.5,-0.5,2\n"
        contents[f"{name}.csv"] = (header + row).encode()
    clips = read_corpus(shipped("omg_emotion"), contents)
    assert official_splits("omg_emotion", *clips) == ["train", "validation", "test"]
    assert {(clip.emotion, clip.arousal, clip.valence) for clip in clips} == {("fear", 0.5, 0.25)}
