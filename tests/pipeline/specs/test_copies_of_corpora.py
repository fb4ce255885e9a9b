"""Copies of corpora that lie another way than the official release, and what must not be read."""

import zipfile
from pathlib import Path

import pytest

from pipeline.planning.copies import drop_copies
from pipeline.planning.index_corpus import index_corpus
from pipeline.schema.utterance import Utterance
from pipeline.specs.emotion_scheme import emotion_scheme
from tests.support.shipped_corpora import official_splits, read_corpus, shipped, utterances
from tests.support.shipped_corpora import source_files as files


def status(*clips: Utterance) -> dict[str, str]:
    """Path → ``ok``, or why the clip is left out."""
    kept = drop_copies(clips)
    return {one.source_path: one.dropped.reason if one.dropped else "ok" for one in kept}


@pytest.mark.parametrize(
    ("corpus", "path", "emotion", "speaker"),
    [
        ("crema_d", "crema-d/1016/1016_IEO_ANG_MD.wav", "anger", "1016"),
        ("crema_d", "CREMA_D/1047_IOM_ANG_XX.wav", "anger", "1047"),
        ("emo_db", "wav_corpus/13a04Wc.wav", "anger", "13"),
        ("casia", "CASIA/1/normal/201-normal-Zhe.Wang.wav", "neutral", "wangzhe"),
        ("emov_db", "EMOV-DB/1/Sleepiness_1-28_0009.wav", "sleepiness", "1"),
        ("emov_db", "sam_Angry.tar/anger_1_28_0009.wav", "anger", "sam"),
        ("eatd", "EATD/train/t_7/positive_out.wav", "positive", "t_7"),
        ("eatd", "EATD/train/7/positive_out.wav", "positive", "t_7"),
        ("eatd", "EATD/validation/7/negative.wav", "negative", "v_7"),
    ],
)
def test_copies_are_read_under_other_folders(corpus, path, emotion, speaker):
    (clip,) = utterances(shipped(corpus), files(path))
    assert (clip.emotion, clip.speaker, clip.status) == (emotion, f"{corpus}:{speaker}", "ok")


def test_a_copy_of_emofilm_at_another_rate_is_a_copy():
    original, other = utterances(
        shipped("emofilm"),
        files("wav_corpus/f_rab015bit.wav", "wav_corpus_16k/f_rab015bit_16k.wav"),
    )
    assert status(original, other._replace(source_size=1)) == {
        "wav_corpus/f_rab015bit.wav": "ok",
        "wav_corpus_16k/f_rab015bit_16k.wav": "copy",
    }


def test_the_larger_copy_of_casia_is_read_from_an_archive_made_in_china(tmp_path: Path):
    folder = "不同文本100".encode("gbk")
    archive = tmp_path / "CASIA.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr(f"{'#' * len(folder)}/Zhe.Wang/normal/201.wav", b"sound")
    archive.write_bytes(archive.read_bytes().replace(b"#" * len(folder), folder))
    (clip,) = index_corpus(shipped("casia"), str(tmp_path), emotion_scheme()).utterances
    assert (clip.emotion, clip.speaker, clip.status) == ("neutral", "casia:wangzhe", "ok")


def test_a_clip_of_mer2023_at_another_frame_rate_is_a_copy():
    one, other = read_corpus(
        shipped("mer2023"),
        {
            "train-label.csv": b"name,discrete,valence\nsample_00000001,sad,0.5\n",
            "test1-label.csv": b"name,discrete\nsample_00000001,sad\n",
            "test2-label.csv": b"name,discrete\nsample_00000001,sad\n",
            "test3-label.csv": b"name,discrete\nsample_00000002,sad\n",
            "test3/sample_00000002.avi": b"",
            "test3_24fps/sample_00000002.avi": b"",
        },
    )
    assert list(status(one, other._replace(source_size=1)).values()) == ["ok", "copy"]


def test_sentences_of_the_second_part_of_casia_are_not_those_of_the_first():
    first, second = utterances(
        shipped("casia"), files("6/sad/201-sad-wangzhe.wav", "6/sad/201-sad-Zhe.Wang.wav")
    )
    assert set(status(first, second).values()) == {"ok"}
    assert (first.text, second.text) == ("201", None)


@pytest.mark.parametrize("folder", ["Val_AFEW", "Val_AFEW.zip", "AFEW_4_0.zip/AFEW_4_0/Val"])
def test_parts_of_emotiw_are_told_by_archives_too(folder):
    (clip,) = utterances(shipped("emotiw_2014"), files(f"{folder}/Sad/000046281.avi"))
    assert official_splits("emotiw_2014", clip) == ["test"]
    assert shipped("emotiw_2014").archive


@pytest.mark.parametrize(
    ("corpus", "wav", "text"),
    [
        ("att_hack", "wav/F01_a1_s001_v01.wav", "txt/F01_a1_s001_v01.txt"),
        ("eatd", "EATD/train/7/neutral_out.wav", "EATD/train/7/neutral.txt"),
        ("jl_corpus", "female1_angry_10a_1.wav", "female1_angry_10a_1.txt"),
        ("kazemotts", "805570882/eval/805570882_sad_1.wav", "805570882/eval/805570882_sad_1.txt"),
    ],
)
def test_transcripts_may_have_several_lines(corpus, wav, text):
    (clip,) = read_corpus(shipped(corpus), {wav: b"", text: "\ufeff un \r\ndeux\n".encode()})
    assert (clip.text, clip.status) == ("un deux", "ok")


def test_of_the_words_of_dailytalk_the_first_line_counts():
    (clip,) = read_corpus(
        shipped("dailytalk"),
        {
            "data/0/1_0_d0.wav": b"",
            "data/0/1_0_d0.txt": b"\nWhat now?\r\nmore\n",
            "metadata.json": b'{"0": {"1": {"emotion": "no emotion"}}}',
        },
    )
    assert (clip.text, clip.emotion) == ("What now?", "neutral")


def test_the_test_part_of_coraa_is_left_out_wherever_it_lies():
    paths = ("train/a_neutral.wav", "test/b_01.wav", "test_ser.zip/c_x.wav", "train/d_angry.wav")
    clips = utterances(shipped("coraa_ser"), files(*paths))
    reasons = ["ok", "no_public_label", "no_public_label", "unrecognised_name"]
    assert status(*clips) == dict(zip(paths, reasons, strict=True))


def test_clips_of_ch_sims_and_cmu_mosei_without_a_label_are_known():
    (sims,) = read_corpus(
        shipped("ch_sims"),
        {"Raw/u_1/0001.mp4": b"", "label.csv": b"video_0001,1,x,0,0,0,0,Neutral,train\n"},
    )
    table = b",file,index,start,end,label6,label7,split\n0,a,0,0,1,1,1,0\n"
    mosei = read_corpus(
        shipped("cmu_mosei"),
        {
            "CMU_MOSEI_Labels.csv": table,
            "Raw/Audio/Full/WAV_16000/a.wav": b"",
            "Raw/Audio/Full/WAV_16000/b.wav": b"",
            "Audio/Segmented_Audio/train/a_1.wav": b"",
        },
    )
    assert sims.status == "excluded"
    assert [clip.status for clip in mosei] == ["ok", "excluded", "excluded"]


def test_words_of_cmu_mosei_are_found_by_their_times():
    lines = "-3g___10___74.083___82.776___Key is ____ this.\n-3g___2___-0.1___2.5___I\x92m\n"
    clips = read_corpus(
        shipped("cmu_mosei"),
        {
            "CMU_MOSEI_Labels.csv": (
                b",file,index,start,end,label6,label7,split\n0,-3g,5,74.083,82.776,1,1,0\n"
                b"1,-3g,6,-0.1,2.5,0,1,0\n"
            ),
            "Raw/Transcript/Segmented/Combined/-3g.txt": lines.encode("latin-1"),
            "Raw/Audio/Full/WAV_16000/-3g.wav": b"",
            "Audio/Segmented_Audio/train/-3g_6.wav": b"",
        },
    )
    assert [clip.text for clip in clips if clip.status == "ok"] == ["Key is ____ this.", "I’m"]


def test_emo_emilia_is_for_testing_alone():
    index = '{"index": "ZH_B00090_S00350_W000000", "emotion": "angry", "text": "好"}'
    (clip,) = read_corpus(
        shipped("emo_emilia"),
        {"wav/ZH_B00090_S00350_W000000.wav": b"", "Emo-Emilia-ALL.jsonl": index.encode()},
    )
    assert official_splits("emo_emilia", clip) == ["test"]


def test_parts_of_eatd_are_those_of_its_folders_and_people_stand_in_one():
    names = ("positive_out", "neutral_out", "negative_out")
    paths = [f"{who}_{n}/{name}.wav" for who in "tv" for n in range(60) for name in names]
    clips = utterances(shipped("eatd"), files(*paths))
    parts = official_splits("eatd", *clips)
    by_speaker: dict[str | None, set[str | None]] = {}
    for clip, part in zip(clips, parts, strict=True):
        by_speaker.setdefault(clip.speaker, set()).add(part)
    assert all(len(where) == 1 for where in by_speaker.values())
    assert {s for one, s in zip(clips, parts, strict=True) if "v_" in str(one.speaker)} == {"test"}
    assert {s for one, s in zip(clips, parts, strict=True) if "t_" in str(one.speaker)} == {
        "train",
        "validation",
    }


def test_all_of_hi_kia_say_the_same():
    clips = utterances(shipped("hi_kia"), files("wav/M4_S03_6_a.wav", "train/F5_3_1_e.wav"))
    assert [(clip.text, clip.emotion) for clip in clips] == [
        ("Hi, KIA", "anger"),
        ("Hi, KIA", "happiness"),
    ]


@pytest.mark.parametrize("header", ["file_name,emotion", "name,emotion"])
def test_labels_by_sound_of_emotiontalk_stand_behind_the_name(header):
    (clip,) = read_corpus(
        shipped("emotiontalk"),
        {
            "G00003/G00003_50/G00003_50_13/G00003_50_13_020.wav": b"",
            "audio.csv": f"{header}\nG00003_50_13_020,angry\n".encode(),
        },
    )
    assert (clip.emotion, clip.speaker) == ("anger", "emotiontalk:13")


@pytest.mark.parametrize("name", ["[00119]", "00119"])
def test_names_in_the_tables_of_hume_vb_may_lack_their_brackets(name):
    header = (
        "File_ID,Split,Awe,Excitement,Amusement,Awkwardness,Fear,Horror,Distress,Triumph,Sadness,"
        "Surprise"
    )
    (clip,) = read_corpus(
        shipped("hume_vb"),
        {
            "wav/00119.wav": b"",
            "labels/high_info.csv": f"{header}\n{name},Val,0,0,0,0,1,0,0,0,0,0\n".encode(),
        },
    )
    assert clip.emotion == "fear"
    assert official_splits("hume_vb", clip) == ["validation"]


def test_dusha_is_read_with_raters_or_from_a_hub():
    answer = (
        '{"hash_id": "0a1b", "annotator_emo": "sad", "golden_emo": "", "annotator_id": "1", '
        '"speaker_text": "да", "speaker_emo": "sad", "source_id": "17"}\n'
    )
    clip, tested = read_corpus(
        shipped("dusha"),
        {
            "crowd_train/wavs/0a1b.wav": b"",
            "crowd_train/wavs/0a1c.wav": b"",
            "crowd_train/raw_crowd_train.jsonl": answer.encode(),
        },
    )
    assert (clip.emotion, clip.speaker) == ("sadness", "dusha:17")
    assert tested.status == "excluded"
    spec, rows = shipped("dusha"), {"emotion": "sad"}
    for path in ("data/test-00000-of-00001.parquet/0a1b.wav", "default/test/0000.parquet/0a1b.wav"):
        (file,) = files(path)
        contents = [file._replace(record=rows, rows="parquet")]
        (row,) = utterances(spec, contents, {})
        assert (row.emotion, row.status) == ("sadness", "ok")
        assert official_splits("dusha", row) == ["test"]
