import unicodedata
import zipfile
from itertools import product
from pathlib import Path

import pytest

from pipeline.checks.spec_examples import check_examples
from pipeline.common.errors import DataError, UsageError
from pipeline.drafting.draft_spec import draft_folder, draft_spec
from pipeline.drafting.emotion_vocabulary import guess_category
from pipeline.planning.index_corpus import index_corpus
from pipeline.schema.utterance import Utterance
from pipeline.sources.listing import SourceFile, list_files
from pipeline.sources.reader import CorpusReader
from pipeline.specs.corpus_spec import CorpusSpec
from pipeline.specs.emotion_scheme import emotion_scheme
from pipeline.specs.yaml_reader import load_yaml
from tests.conftest import MakeCorpus

DUTCH = [
    f"session{session}/{speaker}_{emotion}_{session}.wav"
    for session, speaker, emotion in product(
        (1, 2), ("anna", "bram", "cees"), ("boos", "blij", "bang", "neutraal")
    )
]


def draft(names: list[str], **tables: str) -> str:
    """A draft from files of these names, and CSV tables by name."""
    contents = {f"{name}.csv": text.encode() for name, text in tables.items()}
    files = [SourceFile(name, 1, "") for name in (*names, *contents)]
    return draft_spec("mine", files, contents.__getitem__)


def load(folder: Path, text: str) -> CorpusSpec:
    file = folder / "draft.yaml"
    file.write_text(text)
    return load_yaml(file, CorpusSpec)  # categories may be left to the author: `?`


def utterances(folder: Path, names: list[str], **tables: str) -> list[Utterance]:
    """What the draft from some files finds in them."""
    for name in names:
        (folder / "root" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "root" / name).write_bytes(b"sound")
    for name, text in tables.items():
        (folder / "root" / f"{name}.csv").write_text(text)
    spec = load(folder, draft(names, **tables))
    assert check_examples(spec, emotion_scheme()) == []
    return index_corpus(spec, str(folder / "root"), emotion_scheme()).utterances


def test_draft_reads_the_corpus_it_was_made_from(make_corpus: MakeCorpus, tmp_path: Path) -> None:
    root = make_corpus(emotions=("angry", "sad", "neu"))
    (root / "README.txt").write_text("about")
    text = draft_spec("mine", list_files(str(root)), CorpusReader(str(root)).read)
    spec = load(tmp_path, text)
    assert spec.emotions == {"angry": "anger", "sad": "sadness", "neu": "neutral"}
    found = index_corpus(spec, str(root), emotion_scheme()).utterances
    assert [utterance.status for utterance in found] == ["ok"] * 24
    assert len({utterance.speaker for utterance in found}) == 4


def test_words_of_other_languages_are_the_emotion_and_folders_are_the_session(
    tmp_path: Path,
) -> None:
    speakers = "id;sex;age\nanna;v;34\nbram;m;41\ncees;m;28\n"
    found = utterances(tmp_path, DUTCH, speakers=speakers)
    assert {u.emotion for u in found} == {"anger", "happiness", "fear", "neutral"}
    assert {(u.speaker, u.age) for u in found} == {
        ("mine:anna", 34), ("mine:bram", 41), ("mine:cees", 28)
    }  # fmt: skip
    text = draft(DUTCH, speakers=speakers)
    assert "# Guesses, with the values found:\n#   session: 1, 2\n#   speaker: anna, bram" in text
    assert "# 24 of 24 clips have a row" in text
    assert "#     column sex: v, m" in text


def test_emotion_comes_from_the_table_that_names_the_clips(tmp_path: Path) -> None:
    words = ("wütend", "fröhlich", "traurig", "neutral")
    names = [f"Aufnahmen/Clip {i:02d}.wav" for i in range(24)]
    rows = [f"Clip {i:02d}.wav;{words[i % 4]};S{i % 6}" for i in range(24)]
    found = utterances(tmp_path, names, labels="\n".join(["Datei;Gefühl;Sprecher", *rows]))
    assert {u.emotion for u in found} == {"anger", "happiness", "sadness", "neutral"}
    assert len({u.speaker for u in found}) == 6


def test_table_that_fits_no_field_is_shown_with_how_to_join_it() -> None:
    text = draft(DUTCH, notes="day,weather\n8,rain\n9,sun\n")
    assert "# notes.csv: a table that no column joins with clips" in text
    assert "#     column weather: rain, sun" in text
    assert "match: {COLUMN:" in text


def test_numbers_of_clips_are_no_emotions() -> None:
    text = draft([f"clip_{i:03d}.wav" for i in range(24)])
    assert "#   number: 000, 001, 002, 003, 004, … (24)" in text
    assert '"?": "?"                              # none found' in text


def test_codes_that_are_no_words_are_left_to_fill_in() -> None:
    names = [f"wav/{s:02d}{t}{e}.wav" for s in range(3, 16) for t in "ab" for e in "WLEAFTN"]
    text = draft(names)
    assert r"(?P<speaker>\d{2})" in text
    assert "(?P<emotion>A|E|F|L|N|T|W)" in text
    assert text.count('"?"') == 7 + 2
    assert '"W": "?"' in text


@pytest.mark.parametrize("sign", ["'", '"', "#", "{", " ", "\\", "ü", "🙂", "\n"])
def test_any_sign_in_a_name_gives_a_draft_that_loads(tmp_path: Path, sign: str) -> None:
    names = [f"it{sign}s/{s}_{e}.wav" for s in ("anna", "bram") for e in (f"sa{sign}d", f"a{sign}")]
    spec = load(tmp_path, draft([*names, *DUTCH[:3]], labels=f'file\n"it{sign}"\n'))
    assert spec.id == "mine"


def test_files_that_do_not_fit_are_named() -> None:
    text = draft([*DUTCH, "session1/noise.wav", "trial.mp3"])
    assert "# A draft from 25 files, 24 of which fit `path`.\n# Not: session1/noise.wav\n" in text
    assert "# Left out, for their suffix: trial.mp3" in text


@pytest.mark.parametrize("corpus", ["My-Corpus", "1st", "", "mine\n"])
def test_id_that_no_spec_may_have_is_refused(corpus: str) -> None:
    with pytest.raises(UsageError, match="expected a-z, 0-9 and `_`, a letter first"):
        draft_spec(corpus, [SourceFile("a.wav", 1, "")], bytes)


def test_id_of_a_shipped_spec_is_told() -> None:
    text = draft_spec("tess", [SourceFile("a.wav", 1, "")], bytes)
    assert "# A spec with the id tess is shipped: exhubert corpora show tess" in text


def test_folder_without_media_is_named() -> None:
    with pytest.raises(
        DataError, match=r"no audio or video file among 1 file: found there: 1 \.txt"
    ):
        draft(["a.txt"])


@pytest.mark.parametrize(
    ("code", "category"),
    [
        ("ANGRY", "anger"),
        ("Ärger", "anger"),
        ("gioia", "happiness"),
        ("neutraal", "neutral"),
        ("freud", "happiness"),
        ("su", None),
        ("anna", None),
        ("W", None),
    ],
)
def test_words_for_emotions_are_known(code: str, category: str | None) -> None:
    assert guess_category(code) == category


def test_suffixes_in_both_cases_are_one(tmp_path: Path) -> None:
    names = [str(Path(n).with_suffix(s)) for n, s in zip(DUTCH, [".wav", ".WAV"] * 12, strict=True)]
    found = utterances(tmp_path, names)
    assert len(found) == 24
    assert {u.emotion for u in found} == {"anger", "happiness", "fear", "neutral"}


def test_names_from_a_mac_are_drafted_composed(tmp_path: Path) -> None:
    words = {"col\u00e8re": "anger", "joie": "happiness", "peur": "fear"}
    composed = [f"{who}_{word}_{take}.wav" for who in ("Zo\u00eb", "Ren\u00e9")
                for word in words for take in (1, 2)]  # fmt: skip
    found = utterances(tmp_path, [unicodedata.normalize("NFD", name) for name in composed])
    assert {u.speaker for u in found} == {"mine:Zo\u00eb", "mine:Ren\u00e9"}
    assert {u.label_native: u.emotion for u in found} == words


def test_clips_and_tables_in_archives_are_drafted(tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    with zipfile.ZipFile(root / "Data.ZIP", "w") as archive:
        for name in DUTCH:
            archive.writestr(f"dutch/{name}", b"sound")
        archive.writestr("dutch/speakers.csv", "id;sex\nanna;v\nbram;m\ncees;m\n")
    spec = load(tmp_path, draft_folder("mine", str(root)))
    found = index_corpus(spec, str(root), emotion_scheme()).utterances
    assert [u.status for u in found] == ["ok"] * 24
    assert {u.speaker for u in found} == {"mine:anna", "mine:bram", "mine:cees"}
    assert "speakers" in spec.tables


def test_folders_of_splits_are_no_speakers(tmp_path: Path) -> None:
    names = [
        f"{part}/{speaker}_{emotion}_{take}.wav"
        for part, speakers in (("train", ("anna", "bram")), ("test", ("cees", "dirk")))
        for speaker, emotion, take in product(speakers, ("boos", "blij", "bang"), (1, 2))
    ]
    found = utterances(tmp_path, names)
    assert {u.speaker for u in found} == {f"mine:{s}" for s in ("anna", "bram", "cees", "dirk")}
    assert {u.split for u in found if u.id.startswith("mine/test")} == {"test"}
    assert "test" not in {u.split for u in found if u.id.startswith("mine/train")}


def test_a_table_of_segments_is_joined_by_the_recording(tmp_path: Path) -> None:
    rows = [
        f"talk{n},{start},{start + 2},{emotion}"
        for n in range(3)
        for start, emotion in ((0, "angry"), (2, "sad"), (4, "happy"))
    ]
    table = "\n".join(["recording,start,end,emotion", *rows])
    found = utterances(tmp_path, [f"talk{n}.wav" for n in range(3)], segments=table)
    assert len(found) == 9
    assert (found[0].id, found[0].emotion) == ("mine/talk0#0-2", "anger")


def test_a_table_of_raters_is_told() -> None:
    rows = [f"a{n}.wav,w{w},angry" for n in range(4) for w in range(3)]
    text = draft([f"a{n}.wav" for n in range(4)], votes="\n".join(["file,rater,said", *rows]))
    assert "several rows a clip, by rater: raters? Then say" in text
    assert "raters: {rows: answers, by: rater, emotion: majority}" in text


def test_tables_of_parts_are_one_and_segments_tell_their_channel(tmp_path: Path) -> None:
    head = "rec,from,to,side,spk,emo\n"
    train = head + "".join(f"c{n},{n},{n + 1},L,anna,happy\nc{n},0,,R,bert,sad\n" for n in (1, 2))
    tables = {"train": train, "test": head + "c3,0,1,L,carl,angry\n"}
    names = [f"calls/c{number}.wav" for number in (1, 2, 3)]
    text = draft(names, **tables)
    assert "    file: [train.csv, test.csv]" in text
    assert "channel: {of: side, 'L': 0, 'R': 1}" in text
    found = utterances(tmp_path, names, **tables)
    assert [one.status for one in found] == ["ok"] * 5
    assert [(one.speaker, one.emotion) for one in found if one.split == "test"] == [
        ("mine:carl", "anger")
    ]


def test_columns_called_as_emotions_are_votes(tmp_path: Path) -> None:
    votes = "name,angry,happy,sad\n" + "".join(f"a{n},{n % 2},{1 - n % 2},0\n" for n in range(6))
    names = [f"a{number}.wav" for number in range(6)]
    assert "votes: [angry, happy, sad]" in draft(names, votes=votes)
    found = utterances(tmp_path, names, votes=votes)
    assert [one.emotion for one in found] == ["happiness", "anger"] * 3


def test_a_column_an_emotion_and_a_row_a_rater_is_told() -> None:
    rows = [f"a{n}.wav,w{w},{w % 2},1" for n in range(4) for w in range(3)]
    table = "\n".join(["file,rater,angry,happy", *rows])
    text = draft([f"a{n}.wav" for n in range(4)], votes=table)
    assert "#       melt: {columns: [angry, happy], name: emotion, value: says}" in text
    assert "#       match: {file: '{path}'}" in text
    assert "no column joins" not in text


def test_a_folder_without_clips_says_what_lies_there(tmp_path: Path) -> None:
    (tmp_path / "AudioWAV.rar").write_bytes(b"Rar!")
    with pytest.raises(DataError, match=r"no audio or video file among 1 file: .*AudioWAV\.rar"):
        draft_folder("mine", str(tmp_path))


def test_clips_at_several_depths_are_all_found_and_joined(tmp_path: Path) -> None:
    names = [f"part a/Jörg/2021/rec-{n:03}.wav" for n in range(8)]
    names += [f"part b/Änne/rec-{n:03}.wav" for n in range(8, 14)]
    words = ("fröhlich", "traurig")
    rows = (
        f"rec-{n:03}.wav;{'Jörg;m' if n < 8 else 'Änne;w'};{words[n % 2]};4{n % 2}"
        for n in range(14)
    )
    table = "\n".join(["Datei;Sprecher;Geschlecht;Gefühl;Alter", *rows])
    found = utterances(tmp_path, names, labels=table)
    assert [u.status for u in found] == ["ok"] * 14
    assert {u.id for u in found} == {f"mine/{name.removesuffix('.wav')}" for name in names}
    assert {(u.speaker, u.gender) for u in found} == {
        ("mine:Jörg", "male"),
        ("mine:Änne", "female"),
    }
    assert {u.age for u in found} == {40, 41}
    assert "# A draft from 14 files, 14 of which fit `path`." in draft(names, labels=table)
