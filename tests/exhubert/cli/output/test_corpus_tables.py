import json
from pathlib import Path

import pytest

from exhubert.cli.main import main


def test_a_table_for_each_group(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["corpora", "list", "--language", "de", "--group-by", "access"]) == 0
    printed = capsys.readouterr().out
    assert "never released: " in printed
    assert "emo_db" in printed
    assert "emovo" not in printed


def test_filters_hold_together(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "emo_db").mkdir()
    (tmp_path / "savee").mkdir()
    options = ["--collection", "serab", "--available", str(tmp_path), "--json"]
    assert main(["corpora", "list", *options]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert [one["id"] for one in listed] == ["emo_db", "savee"]
    assert listed[1]["collections"] == ["emoset++", "emobox", "serab"]
    assert main(["corpora", "list", *options[:-1], "--access", "purchase"]) == 0
    assert "no corpus fits" in capsys.readouterr().out
    assert main(["corpora", "list", "--available", str(tmp_path / "no")]) == 2
    assert main(["corpora", "list", "--access", "opne"]) == 2
    assert "did you mean 'open'" in capsys.readouterr().err


def test_collections_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["corpora", "collections"]) == 0
    assert "@emoset++" in capsys.readouterr().out
    assert main(["corpora", "collections", "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)["emobox"]["corpora"]) == 32


def test_a_collection_is_checked_as_far_as_it_is_there(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    folder = tmp_path / "savee" / "DC"
    folder.mkdir(parents=True)
    (folder / "a01.wav").write_bytes(b"x")
    line = ["check", "--data-root", str(tmp_path), "--corpora", "@serab", "--allow-partial"]
    assert main(line) == 0
    printed = capsys.readouterr()
    assert "savee" in printed.out
    assert "no folder, so passed over: aesdd, cafe" in printed.err
    assert main([*line, "--corpora", "nemo"]) == 2
    assert "corpus nemo: no folder" in capsys.readouterr().err
