"""A complete official release of a corpus passes `exhubert check`, whatever is odd about it."""

import zipfile

import pytest

from pipeline.checks.corpus_check import check_corpus
from pipeline.planning.index_corpus import index_corpus
from pipeline.sources.listing import SourceFile, is_ignored_name
from pipeline.specs.corpus_spec import CorpusSpec
from pipeline.specs.emotion_scheme import emotion_scheme
from pipeline.specs.loader import load_spec
from pipeline.specs.shipped import builtin_file, builtin_ids
from tests.support.corpus_in_memory import index_files
from tests.support.releases import RELEASES


@pytest.mark.parametrize("release", RELEASES)
def test_a_complete_release_passes_the_check(release):
    spec, expected = load_spec(builtin_file(release.partition(",")[0])), RELEASES[release]()
    files = [
        SourceFile(path, size=1000, version="")
        for path in sorted(expected.contents)
        if not is_ignored_name(path)
    ]
    planned = index_files(spec, files, expected.contents.__getitem__, emotion_scheme())
    check = check_corpus(spec, planned)
    assert (check.rejected, check.examples) == ({}, {})
    assert check.excluded == expected.excluded
    assert check.mismatches == []
    assert check.leaks == []


def is_of_rows(spec: CorpusSpec) -> bool:
    """Whether all clips lie in files of rows, which names alone do not make up."""
    rows = {f"{glob}/**" for rows in spec.clip_rows.values() for glob in rows.files}
    return set(spec.audio) <= rows


def test_every_corpus_with_a_known_layout_has_a_release():
    specs = map(load_spec, map(builtin_file, builtin_ids()))
    known = {spec.id for spec in specs if spec.layout != "assumed" and not is_of_rows(spec)}
    assert known == {release.partition(",")[0] for release in RELEASES}


@pytest.mark.parametrize(
    ("corpus", "archive", "members"),
    [
        ("casia", "archive.zip", ["liuchanhg/sad/201.wav"]),
        ("crema_d", "archive.zip", ["AudioWAV/1001_DFA_ANG_XX.wav"]),
        ("emo_db", "emodb (1).zip", ["wav/03a01Wa.wav"]),
        ("mesd", "cy34mh68j9-5.zip", ["MESD/Anger_C_B_abandono.wav"]),
        ("ravdess", "archive.zip", ["Actor_01/03-01-01-01-01-01-01.wav"]),
        ("savee", "archive.zip", ["ALL/DC_a01.wav"]),
        ("shemo", "female.zip", ["female/F01A01.wav"]),
        ("subesco", "SUBESCO.zip", ["SUBESCO/F_01_OISHI_S_10_ANGRY_1.wav"]),
        ("tess", "dataverse_files.zip", ["OAF_back_sad.wav", "MANIFEST.TXT"]),
        ("turev", "TurEV-DB-master.zip", ["TurEV-DB-master/Sound Source/Sad/1157_hl_dil.wav"]),
        ("urdu", "URDU-Dataset-master.zip", ["URDU-Dataset-master/Sad/SM1_F1_S01.wav"]),
    ],
)
def test_a_download_is_read_as_it_was_downloaded(corpus, archive, members, tmp_path):
    with zipfile.ZipFile(tmp_path / archive, "w") as file:
        for member in members:
            file.writestr(member, b"sound")
    spec = load_spec(builtin_file(corpus))
    (clip,) = index_corpus(spec, str(tmp_path), emotion_scheme()).utterances
    assert (clip.status, clip.source_path) == ("ok", f"{archive}/{members[0]}")


def test_transcripts_of_shemo_are_read_from_their_archive(tmp_path):
    for archive, member, content in [
        ("male.zip", "male/M01A01.wav", "sound"),
        ("transcript.zip", "final text/M01A01.ort", "سلام\r\n"),
    ]:
        with zipfile.ZipFile(tmp_path / archive, "w") as file:
            file.writestr(member, content)
    spec = load_spec(builtin_file("shemo"))
    (clip,) = index_corpus(spec, str(tmp_path), emotion_scheme()).utterances
    assert clip.text == "سلام"
