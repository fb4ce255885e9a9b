import re
from collections import Counter
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
import soundfile

from demo.entry import load_standin
from demo.packing import split_path
from demo.run import ACCEPTED
from demo.standins import encode_file, speak_standins, standin_ids
from exhubert.cli.main import main
from pipeline.audio.decoder import decode
from pipeline.audio.processing import process_recording
from pipeline.audio.recording import AudioError
from pipeline.common.errors import UsageError
from pipeline.specs.loader import load_spec
from pipeline.specs.shipped import builtin_file, builtin_ids
from tests.support.standins import beep, index, plan


@pytest.fixture(scope="module")
def spoken(tmp_path_factory):
    """The odd clips of two corpora, and a few plain ones."""
    root = tmp_path_factory.mktemp("corpora")
    return root, speak_standins(root, ["crema_d", "tess"], clips_per_corpus=10)


def test_every_stand_in_is_of_a_corpus_of_the_catalogue():
    assert set(standin_ids()) <= set(builtin_ids())


@pytest.mark.parametrize("corpus", standin_ids())
def test_spec_reads_from_the_layout_what_was_spoken(corpus, laid_out):
    folder, clips = laid_out(corpus)
    found = index(folder, corpus)
    namespace, untold = (
        load_spec(builtin_file(corpus)).speaker_namespace,
        load_standin(corpus).untold,
    )
    assert found.keys() == clips.keys()
    for place, utterance in found.items():
        clip = clips[place]
        # What was never fetched is known from the listing, before anything is decoded.
        reason = "git_lfs_pointer" if clip.content == "lfs_pointer" else clip.excluded
        assert (utterance.dropped.reason if utterance.dropped else "") == reason, place
        if reason:
            continue
        told = {
            key: None if re.fullmatch(untold.get(key, ""), clip.speaker) else value
            for key, value in {
                "speaker": f"{namespace}:{clip.speaker}",
                "gender": clip.gender,
            }.items()
        }
        read = {key: getattr(utterance, key) for key in ("speaker", "gender")}
        assert (utterance.label_native, utterance.emotion, read) == (clip.code, clip.emotion, told)
        assert utterance.language, place


@pytest.mark.parametrize("corpus", standin_ids())
def test_no_speaker_is_on_both_sides_of_a_split(corpus, laid_out):
    folder, _ = laid_out(corpus)
    spec, splits = load_spec(builtin_file(corpus)), {}
    for utterance in index(folder, corpus).values():
        if utterance.split and utterance.speaker:
            splits.setdefault(utterance.speaker, set()).add(utterance.split)
    assert not [speaker for speaker, where in splits.items() if not spec.splits.allows(where)]


def test_an_actor_of_two_corpora_is_in_one_split(laid_out):
    splits = {}
    for corpus in ("eu_emoss", "eu_ev"):
        for utterance in index(laid_out(corpus)[0], corpus).values():
            if utterance.split:
                splits.setdefault(utterance.speaker, {}).setdefault(corpus, set()).add(
                    utterance.split
                )
    shared = [where for where in splits.values() if len(where) == 2]
    assert shared
    assert all(len(set.union(*where.values())) == 1 for where in shared)


def read_clip(folder, path):
    """Content of a clip's file, be it a row of Parquet."""
    file, inner = split_path(path)
    if not inner:
        return (folder / file).read_bytes()
    rows = pq.read_table(folder / file)["audio"].to_pylist()
    return next(row["bytes"] for row in rows if row["path"] == inner)


@pytest.mark.parametrize("corpus", standin_ids())
def test_every_container_decodes(corpus, laid_out):
    folder, clips = laid_out(corpus)
    for (path, start), clip in clips.items():
        content = read_clip(folder, path)
        if clip.content == "lfs_pointer":
            with pytest.raises(AudioError, match="git_lfs_pointer"):
                decode(content)
            continue
        recording = decode(content, start, None if start is None else start + clip.slot)
        assert recording.rate == clip.rate
        assert recording.channels == (1 if clip.channels == "mono" else 2)
        if clip.content == "speech":
            assert process_recording(recording).duration >= 0.24


@pytest.mark.parametrize("corpus", standin_ids())
def test_every_emotion_and_speaker_is_there_in_even_shares(corpus):
    entry, spec = load_standin(corpus), load_spec(builtin_file(corpus))
    clips = [clip for clip in plan(corpus) if not clip.excluded]
    codes, speakers = (Counter(getattr(clip, key) for clip in clips) for key in ("code", "speaker"))
    assert codes.keys() == set(entry.emotions or spec.emotions)
    assert {clip.emotion for clip in clips} == set(spec.emotions.values())
    assert speakers.keys() == entry.speakers.keys()
    assert max(codes.values()) - min(codes.values()) <= 4
    assert max(speakers.values()) - min(speakers.values()) <= 4


@pytest.mark.parametrize("corpus", standin_ids())
def test_ten_clips_hold_several_speakers_and_emotions(corpus):
    clips = plan(corpus, 10)
    categories = set(load_spec(builtin_file(corpus)).emotions.values())
    assert len({(clip.path, clip.start) for clip in clips}) == 10
    assert len({clip.speaker for clip in clips}) >= 2
    assert len({clip.emotion for clip in clips}) >= min(4, len(categories))


def test_stand_ins_are_about_a_thousand_clips_in_all():
    assert 950 <= sum(len(plan(corpus)) for corpus in standin_ids()) <= 1200


def test_more_clips_than_names_is_an_error():
    with pytest.raises(UsageError, match="asked for 5000"):
        plan("emovo", 5000)


def test_speaking_twice_writes_the_same_bytes(spoken, tmp_path):
    root, _ = spoken
    speak_standins(tmp_path, ["tess"], clips_per_corpus=10)
    files = sorted(path.relative_to(root) for path in root.glob("tess/**/*") if path.is_file())
    assert len(files) == 10
    for path in files:
        assert (tmp_path / path).read_bytes() == (root / path).read_bytes(), path


def test_files_that_have_not_changed_are_left_untouched(spoken):
    root, clips = spoken
    path = root / "tess" / clips["tess"][0].path
    before = path.stat().st_mtime_ns
    speak_standins(root, ["tess"], clips_per_corpus=10)
    assert path.stat().st_mtime_ns == before
    assert not list(root.rglob(".*"))


def test_files_are_stored_as_the_corpus_stores_them(spoken):
    root, clips = spoken
    for clip in clips["tess"]:
        info = soundfile.info(root / "tess" / clip.path)
        expected = 96_000 if clip.path.endswith("OAF_food_fear.wav") else 24_414
        assert (info.samplerate, info.channels, info.subtype) == (expected, 1, "PCM_16")
        assert 0.5 < info.duration < 4


def test_odd_files_of_the_corpora_are_there(spoken):
    root, clips = spoken
    names = {Path(clip.path).name: root / "tess" / clip.path for clip in clips["tess"]}
    assert "OA_bite_neutral.wav" in names
    assert names["YAF_germ_angry.wav"].read_bytes().startswith(b"FORM")
    assert index(root / "tess", "tess").keys() == {(clip.path, None) for clip in clips["tess"]}
    crema = root / "crema_d" / "AudioWAV"
    pointer = (crema / "1005_WSI_HAP_XX.wav").read_text()
    assert pointer.startswith("version https://git-lfs.github.com/spec/v1\noid sha256:")
    silence, _ = soundfile.read(crema / "1076_MTI_SAD_XX.wav")
    assert silence.size
    assert not silence.any()


def test_identical_pair_stereo_and_offset(tmp_path):
    clips = speak_standins(tmp_path, ["ravdess"], clips_per_corpus=3)["ravdess"]
    content = {clip.path: (tmp_path / "ravdess" / clip.path).read_bytes() for clip in clips}
    (copy,) = [clip for clip in clips if clip.same_as]
    assert content[copy.path] == content[copy.same_as]
    (dual,) = [clip for clip in clips if clip.channels == "dual"]
    samples, _ = soundfile.read(tmp_path / "ravdess" / dual.path)
    assert samples.shape[1] == 2
    assert (samples[:, 0] == samples[:, 1]).all()
    assert {clip.offset for clip in plan("urdu") if clip.speaker == "SM1" and clip.code == "A"} == {
        0.06
    }


def test_unknown_corpus_gets_a_suggestion(tmp_path):
    with pytest.raises(UsageError, match="did you mean 'emovo'"):
        speak_standins(tmp_path, ["emov"])


def test_same_stand_in_gives_the_same_bytes_whatever_it_is_stored_in(beeps, tmp_path, monkeypatch):
    root, _ = beeps
    monkeypatch.setattr("demo.standins.speak", beep)
    corpora = ["eu_emoss", "meld", "emotiw_2014", "eu_ev", "emofilm", "smartkom"]
    speak_standins(tmp_path, corpora)
    for path in filter(Path.is_file, tmp_path.rglob("*")):
        assert path.read_bytes() == (root / path.relative_to(tmp_path)).read_bytes(), path


def test_clips_of_a_recording_follow_each_other(laid_out):
    folder, clips = laid_out("smartkom")
    starts = [start for path, start in clips if path.endswith("w001_pkd.wav")]
    assert starts == [7.0 * number for number in range(len(starts))]
    info = soundfile.info(folder / "SK-Public/w001_pk/w001_pkd.wav")
    assert info.duration == 7.0 * len(starts)
    lines = (folder / "SK-Public/w001_pk/w001_pk_AAA.par").read_text(encoding="latin-1")
    assert 'USH: 112000 112000 "' in lines  # in samples
    segments = (laid_out("simis")[0] / "train.csv").read_text().splitlines()
    assert segments[2].endswith(",5,10")  # in s


def test_clip_longer_than_its_slot_is_an_error(monkeypatch):
    monkeypatch.setattr("demo.standins.speak", lambda *_: np.zeros(8 * 16_000))
    with pytest.raises(UsageError, match=r"lasts 8\.0 s, longer than its slot of 7 s"):
        encode_file([clip for clip in plan("smartkom") if clip.start is not None][:1])


def test_the_check_of_a_demonstration_accepts_what_is_broken_on_purpose(beeps):
    root, _ = beeps
    assert main(["check", "--data-root", str(root), *ACCEPTED]) == 0
