import json
import re
from pathlib import Path

import pandas as pd
import pytest

from exhubert.cli.main import COMMANDS, main
from tests.conftest import SPEC, MakeCorpus, write_tone


@pytest.fixture
def spec_file(tmp_path: Path) -> Path:
    file = tmp_path / "tones.yaml"
    file.write_text(SPEC.format(corpus="tones", utterances=24))
    return file


def test_check_counts_and_exports(
    spec_file: Path, make_corpus: MakeCorpus, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root, table = make_corpus(), tmp_path / "all.csv"
    status = main(
        ["check", "--spec", str(spec_file), "--root", f"tones={root}", "--export", str(table)]
    )
    assert status == 0
    printed = capsys.readouterr().out
    assert "speaker-disjoint" in printed
    assert "found/published: utterances 24/24" in printed
    exported = pd.read_csv(table)
    assert len(exported) == 24
    assert set(exported["status"]) == {"ok"}
    assert set(exported["emotion"]) == {"anger", "happiness", "neutral"}


@pytest.mark.parametrize("suffix", [".parquet", ".jsonl"])
def test_exports_agree(
    spec_file: Path, make_corpus: MakeCorpus, tmp_path: Path, suffix: str
) -> None:
    table = tmp_path / f"all{suffix}"
    args = ["--spec", str(spec_file), "--root", f"tones={make_corpus()}", "--export", str(table)]
    assert main(["check", *args]) == 0
    read = pd.read_parquet(table) if suffix == ".parquet" else pd.read_json(table, lines=True)
    assert read["label"].value_counts().to_dict() == {3: 8, 1: 8, 5: 8}
    assert read["speaker"].str.startswith("tones:").all()


def test_check_fails_where_counts_differ_unless_partial(
    spec_file: Path, make_corpus: MakeCorpus, capsys: pytest.CaptureFixture[str]
) -> None:
    root = make_corpus(speakers=3)
    args = ["check", "--spec", str(spec_file), "--root", f"tones={root}"]
    assert main(args) == 1
    assert "found/published: utterances 18/24" in capsys.readouterr().out
    assert main([*args, "--allow-partial"]) == 0
    assert "partial, 18 of 24 utterances" in capsys.readouterr().out


def test_check_json_is_json(
    spec_file: Path, make_corpus: MakeCorpus, capsys: pytest.CaptureFixture[str]
) -> None:
    root = make_corpus()
    main(["check", "--spec", str(spec_file), "--root", f"tones={root}", "--json"])
    (check,) = json.loads(capsys.readouterr().out)
    assert check["usable"] == 24


def test_build_exits_1_beyond_the_reject_rate(
    spec_file: Path, make_corpus: MakeCorpus, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = make_corpus()
    write_tone(root / "wav" / "stray.wav")
    args = ["build", "--spec", str(spec_file), "--root", f"tones={root}", "--jobs", "1"]
    args += ["--output", str(tmp_path / "out")]
    assert main(args) == 1
    assert "4.0% of its clips are rejected" in capsys.readouterr().err
    assert main([*args, "--max-reject-rate", "0.05"]) == 0
    assert "reused 24 clips" in capsys.readouterr().out


def test_corpora_that_must_stay_are_left_out(
    spec_file: Path, make_corpus: MakeCorpus, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    where = ["--root", f"tones={make_corpus()}", "--output", str(tmp_path / "out"), "--jobs", "1"]
    spec_file.write_text(spec_file.read_text().replace("redistribute: true", "redistribute: false"))
    assert main(["build", "--spec", str(spec_file), *where, "--only-redistributable"]) == 2
    assert "none of these corpora may be redistributed" in capsys.readouterr().err
    assert main(["build", "--spec", str(spec_file), *where]) == 0
    assert "tones may not be redistributed" in (tmp_path / "out" / "README.md").read_text()


def test_map_names_code_category_class_and_source(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["corpora", "map", "--json", "tess"]) == 0
    lines = {line["code"]: line for line in json.loads(capsys.readouterr().out)}
    assert lines["ps"]["class_name"] == "high_positive"
    assert lines["angry"]["sources"][0] == "exhubert"


def test_shared_categories_are_listed_with_their_class(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["corpora", "emotions", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["anger"]["class"] == "high_negative"
    assert main(["corpora", "emotions"]) == 0
    shown = capsys.readouterr().out
    assert "pondering" in shown
    assert "schuller_2010: Schuller et al." in shown


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["check"], "no corpus found without --data-root"),
        (["check", "--root", "emo_db"], "expected ID=DIR"),
        (["check", "--corpora", "emodb"], "did you mean 'emo_db'"),
        (["check", "--corpora", "emo_db"], "corpus emo_db: no folder emo_db"),
        (["check", "--data-root", "nowhere"], "--data-root nowhere: no such folder"),
        (["corpora", "show", "emodb"], "did you mean 'emo_db'"),
    ],
)
def test_wrong_usage_exits_2_and_says_what_to_do(
    args: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(args) == 2
    assert message in capsys.readouterr().err


def test_unknown_option_exits_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--data-rot", "x"]) == 2
    assert re.search("neither exhubert nor Beam has an option --data.rot", capsys.readouterr().err)


@pytest.mark.parametrize("command", ["check", "build"])
def test_folder_without_clips_is_an_error(
    command: str, spec_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "empty").mkdir()
    args = [command, "--spec", str(spec_file), "--root", f"tones={tmp_path / 'empty'}"]
    args += ["--output", str(tmp_path / "out"), "--jobs", "1"] if command == "build" else []
    assert main(args) == 1
    assert "corpus tones: no clip below" in capsys.readouterr().err


def test_option_that_beam_does_not_know_either_exits_2(
    spec_file: Path, make_corpus: MakeCorpus, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    where = ["--spec", str(spec_file), "--root", f"tones={make_corpus()}"]
    assert main(["build", *where, "--output", str(tmp_path / "out"), "--normalise=peak"]) == 2
    assert "neither exhubert nor Beam has an option --normalise" in capsys.readouterr().err


def test_validate_runs_examples(spec_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["corpora", "validate", str(spec_file)]) == 0
    with spec_file.open("a") as file:
        file.write("examples: [{path: wav/s01_ang_0.wav, emotion: fear, speaker: s01}]\n")
    assert main(["corpora", "validate", str(spec_file)]) == 2
    assert "emotion: expected 'fear', found 'anger'" in capsys.readouterr().err


def test_shipped_corpora_are_listed_shown_and_valid(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["corpora", "list"]) == 0
    assert "emo_db" in capsys.readouterr().out
    assert main(["corpora", "show", "emo_db"]) == 0
    shown = capsys.readouterr().out
    assert "Burkhardt" in shown
    assert "816 (release 2.0" in shown
    assert main(["corpora", "schema"]) == 0
    assert json.loads(capsys.readouterr().out)["title"] == "CorpusSpec"


def test_every_command_teaches_by_examples(capsys: pytest.CaptureFixture[str]) -> None:
    for command in COMMANDS:
        with pytest.raises(SystemExit):
            main([*command.name.split(), "--help"])
        assert f"exhubert {command.name}" in capsys.readouterr().out
