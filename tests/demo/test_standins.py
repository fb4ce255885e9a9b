from collections import Counter
from pathlib import Path

import pytest
import soundfile

from demo.entry import load_standins
from demo.plan import plan_standin
from demo.standins import speak_standins, standin_ids
from pipeline.errors import UsageError
from pipeline.files import list_files, read_file
from pipeline.index import find_clips, index_clips
from pipeline.labels import emotion_scheme, label_utterance
from pipeline.specfile import builtin_file, load_spec
from pipeline.tables import load_tables


def plan(corpus, clips=None):
    return plan_standin(load_standins()[corpus], load_spec(builtin_file(corpus)), clips)


def index(root, corpus):
    """Utterances of a stand-in, as the corpus's spec reads them."""
    spec = load_spec(builtin_file(corpus))
    files = list_files(str(root))
    tables = load_tables(spec, files, lambda path: read_file(str(root), path))
    clips = index_clips(spec, find_clips(spec, files), tables)
    return {u.source_path: label_utterance(u, spec, emotion_scheme()) for u in clips}


@pytest.fixture(scope="module")
def spoken(tmp_path_factory):
    """The odd clips of two corpora, and a few plain ones."""
    root = tmp_path_factory.mktemp("corpora")
    return root, speak_standins(root, ["crema_d", "tess"], clips_per_corpus=10)


@pytest.fixture
def laid_out(tmp_path, monkeypatch):
    """Lays out a whole stand-in, tables and all, without speaking it."""
    monkeypatch.setattr("demo.standins.encode_clip", lambda clip: b"")

    def lay_out(corpus):
        clips = speak_standins(tmp_path, [corpus])[corpus]
        return tmp_path / corpus, {clip.path: clip for clip in clips}

    return lay_out


@pytest.mark.parametrize("corpus", standin_ids())
def test_spec_reads_from_the_layout_what_was_spoken(corpus, laid_out):
    folder, clips = laid_out(corpus)
    found = index(folder, corpus)
    namespace = load_spec(builtin_file(corpus)).speaker_namespace
    assert found.keys() == clips.keys()
    for path, utterance in found.items():
        clip = clips[path]
        assert utterance.verdict is None, path
        assert utterance.label_native == clip.code
        assert utterance.emotion == clip.emotion
        assert utterance.speaker == f"{namespace}:{clip.speaker}"
        assert utterance.gender in (clip.gender, None)  # some corpora don't tell


@pytest.mark.parametrize("corpus", standin_ids())
def test_every_emotion_and_speaker_is_there_in_even_shares(corpus):
    spec, clips = load_spec(builtin_file(corpus)), plan(corpus)
    codes, speakers = (Counter(getattr(clip, key) for clip in clips) for key in ("code", "speaker"))
    assert codes.keys() == spec.emotions.keys()
    assert speakers.keys() == load_standins()[corpus].speakers.keys()
    assert max(codes.values()) - min(codes.values()) <= 4
    assert max(speakers.values()) - min(speakers.values()) <= 4


@pytest.mark.parametrize("corpus", standin_ids())
def test_ten_clips_hold_several_speakers_and_emotions(corpus):
    clips = plan(corpus, 10)
    assert len({clip.path for clip in clips}) == 10
    assert len({clip.speaker for clip in clips}) >= 2
    assert len({clip.emotion for clip in clips}) >= 4


def test_stand_ins_are_a_few_hundred_clips_in_all():
    assert 500 <= sum(len(plan(corpus)) for corpus in standin_ids()) <= 650


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
    assert not list(root.rglob("*.part"))


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
    assert index(root / "tess", "tess").keys() == {clip.path for clip in clips["tess"]}
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


def test_tables_are_the_corpus_s_own(laid_out):
    folder, clips = laid_out("crema_d")
    lines = (folder / "VideoDemographics.csv").read_text().splitlines()
    assert lines[0] == '"ActorID","Age","Sex","Race","Ethnicity"'
    assert lines[1] == '"1001","51","Male","Unknown","Unknown"'
    assert len(lines) == 11
    votes = (folder / "processedResults" / "summaryTable.csv").read_text()
    assert len(votes.splitlines()) == len(clips) + 1
    assert '"A:D"' in votes  # a tie
    utterance = index(folder, "crema_d")["AudioWAV/1076_MTI_SAD_XX.wav"]
    assert (utterance.age, utterance.gender) == (25, "female")
    assert utterance.votes["sadness"] == 5


def test_table_with_blanks_before_the_speaker(laid_out):
    folder, _ = laid_out("nemo")
    head, row, *_ = (folder / "data.tsv").read_text(encoding="utf-8").splitlines()
    assert head.split("\t")[4] == "speaker_id"
    assert row.split("\t")[4] == "        EB0"
    utterance = next(iter(index(folder, "nemo").values()))
    assert utterance.text
    assert utterance.age == 27


def test_unknown_corpus_gets_a_suggestion(tmp_path):
    with pytest.raises(UsageError, match="did you mean 'emovo'"):
        speak_standins(tmp_path, ["emov"])
