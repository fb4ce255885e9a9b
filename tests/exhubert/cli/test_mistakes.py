"""What a command answers to slips of the fingers: every one is named, with what was meant."""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from apache_beam.options.pipeline_options import PipelineOptions

from exhubert.cli.arguments.data_roots import passed_over
from exhubert.cli.arguments.spelling import BEAM_WITH_HYPHENS, BEAM_WITH_UNDERSCORE, respell
from exhubert.cli.arguments.unknown_options import known_options, stray_words
from exhubert.cli.main import build_parser, main
from tests.conftest import SPEC, MakeCorpus


@pytest.fixture
def tones(tmp_path: Path, make_corpus: MakeCorpus) -> list[str]:
    """Options that name a corpus which lies ready."""
    file = tmp_path / "tones.yaml"
    file.write_text(SPEC.format(corpus="tones", utterances=24))
    return ["--spec", str(file), "--root", f"tones={make_corpus()}"]


def parsers(parser: argparse.ArgumentParser) -> list[argparse.ArgumentParser]:
    found = [parser]
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            found += [inner for one in action.choices.values() for inner in parsers(one)]
    return found


def test_options_that_take_lists_may_be_repeated() -> None:
    options = [
        (parser, action)
        for parser in parsers(build_parser())
        for action in parser._actions
        if action.option_strings and action.nargs in ("+", "*")
    ]
    assert len(options) >= 10
    for parser, action in options:
        alone = argparse.ArgumentParser()
        alone._add_action(action)
        action.required = False
        option = action.option_strings[0]
        given = vars(alone.parse_args([option, "a", "b", option, "c"]))[action.dest]
        assert list(given) == ["a", "b", "c"], (parser.prog, option)


def test_two_corpora_given_one_by_one_are_both_checked(
    tones: list[str], tmp_path: Path, make_corpus: MakeCorpus, capsys: pytest.CaptureFixture[str]
) -> None:
    second = tmp_path / "bells.yaml"
    second.write_text(SPEC.format(corpus="bells", utterances=24))
    more = ["--spec", str(second), "--root", f"bells={make_corpus('bells')}"]
    assert main(["check", *tones, *more, "--json"]) == 0
    checked = json.loads(capsys.readouterr().out)
    assert [check["corpus"] for check in checked] == ["bells", "tones"]


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["check", "nemo", "--data-root", "d"], "unexpected 'nemo'; corpora are chosen with --cor"),
        (["build", "--data-root", "d", "--output", "o", "extra"], "unexpected 'extra'"),
        (["report", "ds", "extra"], "unexpected 'extra'; see: exhubert report --help"),
        (["convert", "--from", "a", "--output", "b", "c"], "unexpected 'c'"),
        (["convert", "--from", "a", "--output", "b", "--jsn"], "there is no option --jsn"),
        (["predict", "--model", "m", "a.wav", "--widnows"], "did you mean --windows?"),
        (["check", "--root", "a=b", "--normalise=peak"], "has an option --normalise"),
        (["build", "--output", "o", "--roots", "a=b"], "did you mean --root?"),
        (["build", "--output", "o", "--normalise", "rms"], "did you mean --normalize?"),
        (["build", "--output", "o", "--regoin=x"], "did you mean --region?"),
        (["check", "--corpora", "nemo,ravdess"], "separate names by blanks: --corpora nemo rav"),
        (["check", "--data-root", "nix"], "--data-root nix: no such folder"),
        (["corpora", "show", "EmoDB"], "did you mean 'emo_db'"),
        (["corpora", "map", "EMO_DB"], "did you mean 'emo_db'"),
        (["corpora", "map", "nix.yaml"], "nix.yaml: can't be read"),
        (["check", "--root", "emo_db=.", "--export", "a.xls"], "ends in .parquet, .csv or .jsonl"),
        (["evaluate", "--model", "m", "--data", "d", "--output", "s"], "name that ends in .json"),
        (["baseline", "--data", "d", "--kind", "majority", "--output", "s"], "ends in .json"),
        (["compare", "a.json", "b.json"], "a.json, b.json: no such file"),
        (["export", "--model", "m", "--onnx", "x.txt"], "expected a name that ends in .onnx"),
        (["export", "--model", "m", "--onnx", "."], "--onnx .: is a folder"),
        (["train", "--data", "d", "--output", "o", "--config", "tinny"], "did you mean 'tiny'"),
        (["train", "--data", "d", "--output", "o", "--config", "n.yaml"], "no such recipe file"),
        (["matrix", "--data", "d", "--output", "o", "--config", "tinny"], "did you mean 'tiny'"),
        (["predict", "--model", "m", "nix.wav"], "nix.wav: no such file"),
        (["predict", "--model", "m", "nix/"], "nix: no such file or folder"),
        (["predict", "--model", "m", "s3://b/a.wav"], "s3://b/a.wav: is a URL; expected a file"),
        (["predict", "--model", "m", "gs://b/"], "gs://b/: is a URL"),
        (["train", "--data", "d", "--output", "s3://b/m"], "s3://b/m: is a URL"),
        (["evaluate", "--model", "m", "--data", "d", "--output", "s3://b/s.json"], "s3://b/s.json"),
        (["compare", "s3://b/a.json", "b.json"], "s3://b/a.json: is a URL"),
        (["matrix", "--data", "d", "--baseline", "majority", "--output", "s3://b/m"], "s3://b/m"),
        (["check", "--root", "emo_db=.", "--export", "gs://b/a.csv"], "gs://b/a.csv: is a URL"),
        (["export", "--model", "m", "--onnx", "s3://b/m.onnx"], "s3://b/m.onnx: is a URL"),
        (["convert", "--from", "a", "--output", "s3://b/m"], "s3://b/m: is a URL"),
        (["corpora", "new", "mine", "--from", "nix"], "--from nix: no such folder"),
        (["build", "--output", "o", "--allow-parts"], "has an option --allow-parts"),
        (["build", "--output", "o", "--export", "a.csv"], "; exhubert check has it"),
    ],
)
def test_slips_exit_2_and_say_what_was_meant(
    args: list[str],
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(args) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.startswith("error: ")


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["build", "--output", "o", "--jobs", "0"], "a whole number of at least 1, found '0'"),
        (["build", "--output", "o", "--jobs=-3"], "a whole number of at least 1, found '-3'"),
        (["build", "--output", "o", "--max-reject-rate", "5"], "a share from 0 to 1"),
        (["build", "--output", "o", "--max-reject-rate", "five"], "a share from 0 to 1"),
        (
            ["evaluate", "--model", "m", "--data", "d", "--batch-size", "0"],
            "a whole number of at least 1",
        ),
        (["predict", "--model", "m", "a.wav", "--window", "0"], "seconds, at least 0.1"),
    ],
)
def test_numbers_are_checked_before_anything_else(
    args: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(args)
    assert stopped.value.code == 2
    assert message in capsys.readouterr().err


def test_options_are_taken_with_hyphens_and_with_underscores(
    tones: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", *tones, "--allow_partial", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["found"] == 24
    with pytest.raises(SystemExit):
        main(["evaluate", "--model", "m", "--data", "d", "--batch_size", "0"])
    assert "argument --batch-size" in capsys.readouterr().err


def test_beams_options_with_hyphens_are_not_lost() -> None:
    line = ["build", "--output", "o", "--temp-location=x", "--setup-file", "y", "--dry_run"]
    unknown = ["--temp-location=x", "--setup-file", "y", "--dry_run"]
    respelt = respell(line, unknown, ["--output", "--dry-run"], passes_unknown=True)
    assert respelt == [*line[:3], "--temp_location=x", "--setup_file", "y", "--dry_run"]


def test_only_one_option_of_beams_has_hyphens_and_only_one_is_like_ours() -> None:
    beams = argparse.ArgumentParser(allow_abbrev=False)
    for options in PipelineOptions.__subclasses__():
        options._add_argparse_args(beams)
    names = {option for action in beams._actions for option in action.option_strings}
    assert {name for name in names if "-" in name[2:]} == {BEAM_WITH_HYPHENS}
    commands = [parser for parser in parsers(build_parser()) if "build" in parser.prog]
    ours = {option for parser in commands for option in known_options(parser)}
    alike = {name for name in names - ours if name.replace("_", "-") in ours}
    assert alike == {BEAM_WITH_UNDERSCORE}


@pytest.mark.parametrize(
    ("unknown", "stray"),
    [
        (["--region", "europe-west1"], []),
        (["--region=europe-west1", "nemo"], ["nemo"]),
        (["--region", "europe-west1", "nemo", "tess"], ["nemo", "tess"]),
        (["nemo", "--streaming"], ["nemo"]),
    ],
)
def test_values_of_beams_options_are_no_stray_words(unknown: list[str], stray: list[str]) -> None:
    assert stray_words(unknown) == stray


def test_values_of_beams_options_pass(tones: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", *tones, "--region", "europe-west1", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["found"] == 24


def test_folders_that_no_spec_matches_are_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("emodb", "nemo", "sfbxyz", ".git", "dataset"):
        (tmp_path / name / "wav").mkdir(parents=True)
    (tmp_path / "notes.txt").write_text("")
    expected = [
        "passed over: emodb (no corpus of that id; did you mean 'emo_db'?)",
        "passed over: sfbxyz (no corpus of that id)",
    ]
    known = ["emo_db", "nemo"]
    assert passed_over(str(tmp_path), known, str(tmp_path / "dataset")) == expected
    assert main(["check", "--data-root", str(tmp_path), "--json"]) == 1
    error = capsys.readouterr().err
    assert expected[0] in error
    assert main(["check", "--data-root", str(tmp_path), "--corpora", "nemo", "--json"]) == 1
    assert "passed over" not in capsys.readouterr().err  # chosen, so not overlooked


def test_partial_corpus_is_an_error_that_names_the_option(
    tones: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    next((tmp_path / "corpora").rglob("*.wav")).unlink()
    assert main(["check", *tones]) == 1
    error = capsys.readouterr().err
    assert "error: corpus tones: found/published differ: utterances 23/24" in error
    assert "--allow-partial" in error
    assert main(["check", *tones, "--allow-partial"]) == 0
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    "args",
    [
        ["check", "--root", "emo_db=.", "--export", "FILE/a.csv"],
        ["corpora", "new", "mine", "--from", ".", "--output", "FILE/d/mine.yaml"],
        ["compare", "FILE", "other.json", "--output", "FILE/c.json"],
        ["evaluate", "--model", "m", "--data", "d", "--output", "FILE/s.json"],
        ["export", "--model", "m", "--onnx", "FILE/x/m.onnx"],
        ["matrix", "--data", "d", "--baseline", "majority", "--output", "FILE/m"],
        ["train", "--data", "d", "--config", "tiny", "--output", "FILE/m"],
        ["convert", "--from", "x", "--output", "FILE/m"],
    ],
)
def test_folders_that_cannot_be_are_refused_before_the_work(
    args: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("file", "other.json"):
        Path(name).write_text("")
    assert main([word.replace("FILE", "file") for word in args]) == 2
    assert "file is a file; expected a folder" in capsys.readouterr().err
    assert {path.name for path in tmp_path.iterdir()} == {"file", "other.json"}


def test_draft_makes_the_folder_it_goes_to(tones: list[str], tmp_path: Path) -> None:
    draft = tmp_path / "new" / "mine.yaml"
    folder = str(tmp_path / "corpora" / "tones")
    assert main(["corpora", "new", "mine", "--from", folder, "--output", str(draft)]) == 0
    assert "id: mine" in draft.read_text()


def test_map_takes_spec_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "tones.yaml"
    file.write_text(SPEC.format(corpus="tones", utterances=24))
    assert main(["corpora", "map", "--json", str(file), "emo_db"]) == 0
    assert {line["corpus"] for line in json.loads(capsys.readouterr().out)} == {"tones", "emo_db"}


def test_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["--version"])
    assert stopped.value.code == 0
    assert capsys.readouterr().out.startswith("exhubert ")


@pytest.mark.parametrize(
    "line",
    [
        "predict --model m nix.wav",
        "train --data d --output o --config tinny",
        "train --data d --output o --config tiny optimiser.epochs=2",
        "matrix --data d --output o --config tiny --set optimizer.epohcs=2",
        "matrix --data d --output o --baseline egmaps",
        "matrix --data d --output o",
        "compare a.json b.json",
        "evaluate --model m --data d --output s",
    ],
)
def test_slips_are_told_before_torch_is_loaded(line: str, tmp_path: Path) -> None:
    code = (
        f"import sys; from exhubert.cli.main import main; status = main({line.split()!r}); "
        "sys.exit(99 if 'torch' in sys.modules else status)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 2
