import json
from pathlib import Path

import pytest
import soundfile

from exhubert.cli.main import main
from tests.conftest import MakeSpec
from tests.support.babble import RATE, babble


def test_one_command_searches_a_dataset_and_tells_of_it(
    tmp_path: Path, make_spec: MakeSpec, capsys: pytest.CaptureFixture[str]
) -> None:
    make_spec("tones")
    wav = tmp_path / "corpora" / "tones" / "wav"
    wav.mkdir(parents=True)
    for name, level in (("s00_ang_0", 1.0), ("s01_hap_0", 0.3)):
        soundfile.write(wav / f"{name}.wav", level * babble(1.5, seed=1) / 32768, RATE)
    output = str(tmp_path / "dataset")
    spec = ["--spec", str(tmp_path / "tones.yaml"), "--root", f"tones={wav.parent}"]
    build = ["build", *spec, "--output", output, "--jobs", "1", "--allow-partial"]
    assert main([*build, "--normalize", "none"]) == 0
    assert "near-duplicates: not looked for" in capsys.readouterr().out
    assert main(["duplicates", output]) == 0
    told = capsys.readouterr().out
    assert "1 clip left out of other splits" in told
    assert "near-duplicates, excluded: " in told
    assert main(["duplicates", output, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["near_duplicates"]["excluded"] == 1
    runs = [json.loads(path.read_text()) for path in Path(output, "log").glob("*.json")]
    assert sum("duplicates" in run["command"] for run in runs) == 2


def test_a_folder_without_a_dataset_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["duplicates", str(tmp_path)]) == 2
    assert "no manifest.json" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
