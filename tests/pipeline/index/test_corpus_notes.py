"""A build tells of its choices as check does: in manifest, report and terminal."""

from pathlib import Path

import pytest

from exhubert.cli.main import main
from pipeline.common.sample import Sample
from pipeline.dataset.manifest import require_manifest
from pipeline.index.corpus_notes import NO_NOTES, CorpusNotes, describe_notes, merge_notes
from tests.conftest import MakeCorpus, MakeSpec, write_tone

TABLE = "{words: {file: words.csv, match: {file: '{stem}'}, take: {text: said}, unmatched: keep, encoding: [utf-8, latin-1]}}"  # noqa: E501


def test_notes_of_parts_are_one() -> None:
    files = CorpusNotes(passed_over={"why": Sample(2, ["a.mp3"])})
    tables = CorpusNotes(encodings={"t": {"latin-1": Sample(1, ["t.csv"])}})
    both = merge_notes([files, NO_NOTES, tables])
    assert bool(both)
    assert not NO_NOTES
    assert list(describe_notes(both, [["c:Anna", "c:anna"]])) == [
        "table t: 1 file read as latin-1: t.csv",
        "2 files passed over, why: a.mp3",
        "one speaker in several spellings? 'c:Anna', 'c:anna'",
    ]


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_build_tells_what_check_tells(
    make_spec: MakeSpec,
    make_corpus: MakeCorpus,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    jobs: str,
) -> None:
    make_spec(
        utterances=25,
        path=r"'(?P<speaker>[sS]\d+)_(?P<emotion>[a-z]+)_(?P<take>\d+)\.wav$'",
        tables=TABLE,
    )
    root = make_corpus()
    write_tone(root / "wav" / "S00_ang_7.wav", hertz=777)
    (root / "wav" / "s01_ang_0.MP3").write_bytes(b"an MP3 that no glob names")
    (root / "female.zip").write_bytes(b"PK")
    (root / "words.csv").write_bytes("file,said\ns00_ang_0,Grüße\n".encode("latin-1"))
    where = ["--spec", str(tmp_path / "tones.yaml"), "--root", f"tones={root}", "--allow-partial"]
    main(["check", *where])
    checked = capsys.readouterr().out
    dataset = tmp_path / "dataset"
    assert main(["build", *where, "--output", str(dataset), "--jobs", jobs]) == 0
    built = capsys.readouterr().out
    report = (dataset / "report.html").read_text()
    for line in (
        "table words: 1 file read as latin-1: words.csv",
        "1 file passed over, no glob of `archive` names .zip there: female.zip",
        "1 file passed over, no glob of `audio` names .MP3 there: wav/s01_ang_0.MP3",
        "one speaker in several spellings? 'tones:S00', 'tones:s00'",
    ):
        assert f"tones: {line}" in checked
        assert f"tones: {line}" in built
        assert line.replace("'", "&#39;") in report
    notes = require_manifest(str(dataset)).corpora["tones"].notes
    assert notes.encodings == {"words": {"latin-1": Sample(1, ["words.csv"])}}
    assert main(["relabel", str(dataset), "--spec", str(tmp_path / "tones.yaml")]) == 0
    assert require_manifest(str(dataset)).corpora["tones"].notes == notes
