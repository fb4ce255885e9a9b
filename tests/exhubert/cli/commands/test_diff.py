"""``exhubert diff``: a table, JSON, and an exit status that tells."""

import json
from pathlib import Path

import pytest
import yaml

from exhubert.cli.main import main
from tests.conftest import MakeCorpus, MakeSpec


def test_the_command_tells_it_in_its_exit_status_and_as_json(
    make_spec: MakeSpec,
    make_corpus: MakeCorpus,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    make_spec()
    where = ["--root", f"tones={make_corpus()}", "--jobs", "1", "--output"]
    command = ["build", "--spec", str(tmp_path / "tones.yaml"), *where]
    a, b = str(tmp_path / "a"), str(tmp_path / "b")
    main([*command, a])
    spec = yaml.safe_load((tmp_path / "tones.yaml").read_text())
    (tmp_path / "tones.yaml").write_text(yaml.safe_dump(spec | {"splits": {"by": "utterance"}}))
    main([*command, b])
    assert main(["diff", a, a]) == 0
    assert "the rows are the same" in capsys.readouterr().out
    assert main(["diff", a, b, "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["kinds"].keys() == {"splits"}
    assert told["specs"] == {"tones": ["splits"]}
    assert main(["diff", a, b, "--where", "emotion = 'nothing'"]) == 0
    assert main(["diff", a, str(tmp_path / "none")]) == 2
