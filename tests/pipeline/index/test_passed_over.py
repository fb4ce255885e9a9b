from collections.abc import Iterable
from pathlib import Path

import pytest

from exhubert.cli.main import main
from pipeline.index.passed_over import PassedOver
from pipeline.sources.listing import SourceFile
from pipeline.specs.corpus_spec import CorpusSpec
from tests.conftest import MakeCorpus, MakeSpec


def find_passed_over(spec: CorpusSpec, paths: Iterable[str]) -> dict[str, list[str]]:
    others = PassedOver(spec)
    for path in paths:
        others.add(SourceFile(path, 1, ""))
    return {why: passed.first for why, passed in others.notes().passed_over.items()}


def test_audio_that_no_glob_names_is_told_of(make_spec: MakeSpec) -> None:
    spec = make_spec(ignore="'*_x.wav'")
    paths = ["wav/s01_ang_0.wav", "wav/s01_ang_1.WAV", "songs/a.wav", "wav/a.mp3", "wav/b_x.wav",
             "README.txt"]  # fmt: skip
    found = find_passed_over(spec, paths)
    assert list(found.values()) == [["wav/s01_ang_1.WAV"], ["wav/a.mp3"], ["songs/a.wav"]]
    assert "`ignore_case: true` takes them" in next(iter(found))


def test_nothing_is_told_where_case_does_not_count(make_spec: MakeSpec) -> None:
    spec = make_spec(ignore_case="true")
    assert find_passed_over(spec, ["WAV/s01_ang_1.WAV"]) == {}


def test_archives_that_are_not_read_are_told_of(make_spec: MakeSpec) -> None:
    paths = ["female.zip", "more/male.tar.gz", "wav/s01_ang_0.wav"]
    assert find_passed_over(make_spec(), paths) == {
        "no glob of `archive` names .gz there": ["more/male.tar.gz"],
        "no glob of `archive` names .zip there": ["female.zip"],
    }


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_damaged_archive_beside_unpacked_clips_stops_nothing_and_is_told(
    make_spec: MakeSpec,
    make_corpus: MakeCorpus,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    jobs: str,
) -> None:
    make_spec(archive="'*.zip'")
    root = make_corpus()
    (root / "download.zip").write_bytes(b"PK\x03\x04 and no more")
    where = ["--spec", str(tmp_path / "tones.yaml"), "--root", f"tones={root}"]
    told = "tones: 1 file passed over, since it can't be read, while clips lie outside of archives"
    assert main(["check", *where]) == 0
    assert told in capsys.readouterr().out
    assert main(["build", *where, "--output", str(tmp_path / "out"), "--jobs", jobs]) == 0
    assert told in capsys.readouterr().out
    for file in root.glob("wav/*.wav"):
        file.unlink()
    for command in (["check"], ["build", "--output", str(tmp_path / "out"), "--jobs", jobs]):
        assert main([*command, *where]) == 1
        assert "download.zip: a zip archive that is damaged" in capsys.readouterr().err


def test_clips_of_parquet_that_no_glob_names_are_told_of(make_spec: MakeSpec) -> None:
    gathered = PassedOver(make_spec(parquet='"*.parquet"'))
    gathered.add(SourceFile("x.parquet/x-0", 1, "", record={}, rows="parquet"))
    found = {why: passed.first for why, passed in gathered.notes().passed_over.items()}
    assert found == {"no glob of `audio` names clips of `parquet`": ["x.parquet/x-0"]}
