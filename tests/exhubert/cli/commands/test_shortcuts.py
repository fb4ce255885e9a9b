import json
from pathlib import Path

import pytest

from exhubert.cli.main import main
from tests.conftest import MakeCorpus, MakeSpec


def test_one_command_measures_a_dataset_and_says_what_is_too_small(
    tmp_path: Path,
    make_spec: MakeSpec,
    make_corpus: MakeCorpus,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for corpus, takes in (("tones", 6), ("bells", 1)):
        make_spec(corpus)
        make_corpus(corpus, takes=takes)
    output = str(tmp_path / "dataset")
    specs = [str(tmp_path / f"{corpus}.yaml") for corpus in ("tones", "bells")]
    build = ["build", "--data-root", str(tmp_path / "corpora"), "--spec", *specs, "--jobs", "1"]
    assert main([*build, "--corpora", "tones", "bells", "--output", output, "--allow-partial"]) == 0
    capsys.readouterr()
    assert main(["shortcuts", output]) == 0
    told = capsys.readouterr().out
    assert "tones" in told
    assert "No two emotions or speakers with ten clips: bells" in told
    assert main(["shortcuts", output, "--json"]) == 0
    written = json.loads(Path(output, "shortcuts.json").read_text())
    assert json.loads(capsys.readouterr().out) == written
    assert [corpus["corpus"] for corpus in written["corpora"]] == ["bells", "tones"]
