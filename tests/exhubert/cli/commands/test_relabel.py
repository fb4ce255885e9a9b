"""``exhubert relabel``: changed label maps, applied to a dataset folder."""

import json
from pathlib import Path

import pytest

from exhubert.cli.main import main
from pipeline.dataset.manifest import require_manifest
from tests.conftest import SPEC, MakeCorpus


@pytest.fixture
def spec_file(tmp_path: Path) -> Path:
    file = tmp_path / "tones.yaml"
    file.write_text(SPEC.format(corpus="tones", utterances=24))
    return file


def test_relabel_applies_a_changed_map(
    spec_file: Path, make_corpus: MakeCorpus, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = str(tmp_path / "out")
    where = ["--spec", str(spec_file), "--root", f"tones={make_corpus()}", "--jobs", "1"]
    assert main(["build", *where, "--output", output]) == 0
    assert main(["relabel", output]) == 0
    assert "by your own spec of the last build" in capsys.readouterr().err
    assert main(["relabel", output, "--shipped-specs"]) == 2
    assert "holds tones, of which no spec is shipped" in capsys.readouterr().err
    spec_file.write_text(spec_file.read_text().replace("ang: anger", "ang: irritation"))
    assert main(["relabel", output, "--spec", str(spec_file)]) == 0
    assert "relabelled 8 of 24 utterances" in capsys.readouterr().out
    spec_file.write_text(spec_file.read_text() + "splits: {by: utterance}\n")
    assert main(["relabel", output, "--spec", str(spec_file)]) == 0
    told = capsys.readouterr()
    assert "relabelled 0 of 24 utterances" in told.out
    assert "splits stay speaker-disjoint, though its spec now says by utterance" in told.err
    assert require_manifest(output).corpora["tones"].split_policy == "speaker-disjoint"


def test_json_is_the_manifest_and_the_run_is_logged(
    spec_file: Path, make_corpus: MakeCorpus, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = str(tmp_path / "out")
    where = ["--spec", str(spec_file), "--root", f"tones={make_corpus()}", "--jobs", "1"]
    assert main(["build", *where, "--output", output]) == 0
    capsys.readouterr()
    assert main(["relabel", output, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told == json.loads(Path(output, "manifest.json").read_text(encoding="utf-8"))
    runs = [json.loads(file.read_text()) for file in Path(output, "log").glob("*.json")]
    assert any("relabel" in run["command"] for run in runs)
