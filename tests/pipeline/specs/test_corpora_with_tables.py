"""Shipped specs that read tables: what is surprising in the tables of each corpus."""

import openpyxl
import pytest

from pipeline.planning.copies import drop_copies
from tests.support.shipped_corpora import official_splits, read_corpus, shipped


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
