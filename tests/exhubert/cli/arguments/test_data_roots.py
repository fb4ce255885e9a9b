"""Data roots: those of the command line, of the environment, of the user's file."""

from pathlib import Path

import pytest

from exhubert.cli.arguments.data_roots import corpus_folders
from exhubert.cli.main import main
from pipeline.common.errors import UsageError
from tests.conftest import SPEC, MakeCorpus


@pytest.fixture
def spec_file(tmp_path: Path) -> str:
    file = tmp_path / "tones.yaml"
    file.write_text(SPEC.format(corpus="tones", utterances=24))
    return str(file)


@pytest.fixture
def configure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> "Path":
    """The configuration file that commands will read."""
    file = tmp_path / "config.toml"
    file.touch()
    monkeypatch.setenv("EXHUBERT_CONFIG", str(file))
    return file


def test_the_first_root_that_has_a_corpus_is_taken(
    configure: Path,
    spec_file: str,
    make_corpus: MakeCorpus,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    empty, full = tmp_path / "empty", tmp_path / "full"
    for folder in (empty, full):
        folder.mkdir()
    make_corpus().rename(full / "tones")
    check = ["check", "--spec", spec_file, "--corpora", "tones"]
    assert main([*check, "--data-root", str(empty), "--data-root", str(full)]) == 0
    assert "data root" not in capsys.readouterr().err  # the user has just said so

    configure.write_text(f'data_root = ["{empty}", "{full}"]')
    assert main(check) == 0
    assert f"data root {empty}, {full}: {configure}" in capsys.readouterr().err

    assert main([*check, "--data-root", str(empty)]) == 2
    assert f"no folder {empty}/tones" in capsys.readouterr().err


def test_what_is_configured_adds_no_corpora(
    configure: Path,
    spec_file: str,
    make_corpus: MakeCorpus,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "corpora" / "emo_db").mkdir(parents=True)
    configure.write_text(f'data_root = "{tmp_path}/corpora"')
    assert main(["check", "--spec", spec_file, "--root", f"tones={make_corpus()}"]) == 0
    assert "emo_db" not in capsys.readouterr().out
    assert main(["check"]) == 1  # with nothing named, all that lie there
    assert "corpus emo_db: no clip below" in capsys.readouterr().err


def test_a_root_that_is_gone_is_told(
    configure: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    configure.write_text(f'data_root = "{tmp_path}/gone"')
    assert main(["check", "--corpora", "emo_db"]) == 2
    assert f"{configure} {tmp_path}/gone: no such folder" in capsys.readouterr().err
    assert main(["doctor"]) == 1
    assert "no such folder" in capsys.readouterr().out


def test_the_file_is_read_by_other_commands_too(
    configure: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "emo_db").mkdir()
    assert main(["corpora", "list", "--available"]) == 2
    assert "no data root" in capsys.readouterr().err
    assert main(["corpora", "get", "emo_db"]) == 2
    assert "give --data-root" in capsys.readouterr().err
    configure.write_text(f'data_root = "{tmp_path}"')
    assert main(["corpora", "list", "--available"]) == 0
    assert "emo_db" in capsys.readouterr().out
    assert main(["doctor"]) == 0
    told = capsys.readouterr().out.replace("\n", "").replace(" ", "")
    assert f"dataroot{tmp_path}({configure})" in told


def test_a_file_that_is_wrong_stops_a_check_and_is_found_by_doctor(
    configure: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    configure.write_text("data_rot = 3")
    assert main(["check"]) == 2
    assert f"{configure}:1: unknown key 'data_rot'" in capsys.readouterr().err
    assert main(["doctor"]) == 1
    assert "did you mean" in capsys.readouterr().out


def test_folders_of_several_roots(tmp_path: Path) -> None:
    for corpus in ("one/emo_db", "one/other", "two/tess"):
        (tmp_path / corpus).mkdir(parents=True)
    roots = [str(tmp_path / "one"), str(tmp_path / "two")]
    assert corpus_folders(roots, ["emo_db", "tess", "ravdess"]) == ["emo_db", "tess"]
    with pytest.raises(UsageError, match="no such folder"):
        corpus_folders(["nowhere"], ["emo_db"])
