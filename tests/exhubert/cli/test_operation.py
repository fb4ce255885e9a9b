"""Operating a build from the command line: dry runs and the log of runs."""

import errno
import json
import re
from pathlib import Path

import pytest

from exhubert.cli.main import main
from pipeline.dataset.run_log import read_runs, record_run
from tests.conftest import SPEC, MakeCorpus, write_tone


@pytest.fixture
def build(tmp_path: Path, make_corpus: MakeCorpus) -> list[str]:
    """A build command whose corpus lies ready."""
    file = tmp_path / "tones.yaml"
    file.write_text(SPEC.format(corpus="tones", utterances=24))
    where = ["--spec", str(file), "--root", f"tones={make_corpus()}"]
    return ["build", *where, "--output", str(tmp_path / "out"), "--jobs", "1"]


def test_a_dry_run_prints_the_plan_and_writes_nothing(
    build: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = sorted(tmp_path.rglob("*"))
    assert main([*build, "--dry-run"]) == 0
    printed = capsys.readouterr().out
    assert "24 are decoded from 231.5 kB" in printed.replace("\n", " ")
    assert "Nothing was written" in printed
    assert main([*build, "--dry-run", "--json"]) == 0
    (corpus,) = json.loads(capsys.readouterr().out)["corpora"]
    assert corpus["decoded"] == {"shards": 3, "utterances": 24}
    assert sorted(tmp_path.rglob("*")) == before


def test_a_dry_run_finds_what_would_stop_the_build(
    build: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*build, "--dry-run", "--normalise=peak"]) == 2
    assert "neither exhubert nor Beam has an option --normalise" in capsys.readouterr().err
    for file in tmp_path.rglob("*.wav"):
        file.unlink()
    assert main([*build, "--dry-run"]) == 1
    assert "corpus tones: no clip below" in capsys.readouterr().err


def test_dry_run_with_an_underscore_is_beams(
    build: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*build, "--dry_run=True"]) == 0
    assert (tmp_path / "out" / "manifest.json").exists()
    assert main([*build, "--dry"]) == 2  # no abbreviation: it could be either
    assert "has an option --dry" in capsys.readouterr().err


def test_every_build_is_logged(build: list[str], tmp_path: Path) -> None:
    output = str(tmp_path / "out")
    assert main(build) == 0
    write_tone(tmp_path / "corpora" / "tones" / "wav" / "stray.wav")
    assert main(build) == 1
    first, second = read_runs(output)
    assert first.command.startswith("exhubert build --spec ")
    tones = first.corpora["tones"]
    assert (tones.found, tones.written, tones.decoded, tones.reused) == (24, 24, 24, 0)
    again = second.corpora["tones"]
    assert (again.rejected, again.decoded, again.reused) == (1, 0, 24)
    assert (first.status, second.status) == (0, 1)
    assert (first.runner, first.jobs) == ("local", 1)


def test_decoded_clips_are_those_that_are_written(build: list[str], tmp_path: Path) -> None:
    (tmp_path / "corpora" / "tones" / "wav" / "s00_ang_0.wav").write_bytes(b"no audio")
    for decoded, reused in ((23, 0), (0, 23)):
        main([*build, "--max-reject-rate", "0.1"])
        tones = read_runs(str(tmp_path / "out"))[-1].corpora["tones"]
        assert (tones.found, tones.written, tones.rejected) == (24, 23, 1)
        assert (tones.decoded, tones.reused) == (decoded, reused)


def test_what_the_system_refuses_is_logged_with_the_status_of_the_command(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No space"), record_run(str(tmp_path), ["exhubert", "build"]):
        raise OSError(errno.ENOSPC, "No space left on device")
    assert read_runs(str(tmp_path))[-1].status == 2


def test_a_build_that_fails_is_logged_with_its_error(build: list[str], tmp_path: Path) -> None:
    spec = tmp_path / "tones.yaml"
    spec.write_text(
        spec.read_text() + "tables: {t: {file: no.csv, match: {n: '{stem}'}, take: {text: said}}}\n"
    )
    assert main(build) == 1
    (run,) = read_runs(str(tmp_path / "out"))
    assert run.status == 1
    assert run.error is not None
    assert "no file matches 'no.csv'" in run.error


def test_report_prints_a_dataset_that_can_only_be_read(
    build: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "[/old]" / "[red]"
    build[build.index("--output") + 1] = str(output)
    assert main(build) == 0
    (output / "report.html").unlink()
    (output / "report.html").mkdir()
    capsys.readouterr()
    assert main(["report", str(output)]) == 0
    told = capsys.readouterr()
    assert f"{output}/report.html: can't be written: Is a directory" in told.err
    assert f"dataset: {output}\n" in told.out  # brackets are no markup
    assert re.search(r"ok +1 +24 +0 +local, 1 process\b(?!es)", told.out)
    assert main(["report", str(output), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["report"] is None


def test_report_prints_where_it_lies_and_what_made_the_dataset(
    build: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "out"
    assert main(build) == 0
    (output / "report.html").unlink()
    capsys.readouterr()
    assert main(["report", str(output)]) == 0
    printed = capsys.readouterr().out
    assert f"report: {output}/report.html" in printed
    assert "exhubert build --spec" in printed
    assert '<span class="good">fine</span>' in (output / "report.html").read_text()
    assert main(["report", str(output), "--json"]) == 0
    content = json.loads(capsys.readouterr().out)
    assert content["manifest"]["corpora"]["tones"]["written"] == 24
    assert content["runs"][0]["status"] == 0
    assert main(["report", str(tmp_path)]) == 2
    assert "not a dataset" in capsys.readouterr().err
    assert main(["report", str(output), "--jsn"]) == 2
    assert "--jsn" in capsys.readouterr().err
