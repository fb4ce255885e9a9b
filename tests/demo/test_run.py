import argparse
import io
from collections import namedtuple
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from rich.console import Console

from demo import run
from demo.run import DemoFolders, find_example, run_demo
from exhubert.cli.commands.demo import COMMANDS
from exhubert.cli.main import main as run_exhubert
from pipeline.common.errors import DataError, UsageError

Clip = namedtuple("Clip", "content")
STEPS = ["check", "build", "train", "evaluate", "predict"]


@pytest.fixture
def shell(monkeypatch, tmp_path):
    """Commands as the demonstration gives them; each leaves behind what the next one needs."""
    given = []

    def main(arguments):
        given.append(list(arguments))
        if arguments[0] == "build":
            folder = DemoFolders(tmp_path).dataset / "data" / "emovo"
            folder.mkdir(parents=True, exist_ok=True)
            row = {"corpus": "emovo", "source_path": "a.wav", "emotion": "fear", "label": 3}
            pq.write_table(pa.Table.from_pylist([row]), folder / "test-00000-of-00001.parquet")
        return main.status.get(arguments[0], 0)

    def speak(root, corpora, console):
        for corpus in corpora:
            (root / corpus).mkdir(parents=True, exist_ok=True)
        return {
            corpus: [Clip("speech"), Clip("silence"), Clip("lfs_pointer")] for corpus in corpora
        }

    main.status, main.given = {}, given
    monkeypatch.setattr(run, "speak_standins", speak)
    return main


@pytest.fixture
def console():
    return Console(file=io.StringIO(), width=80)


def test_runs_the_commands_that_it_prints(shell, console, tmp_path):
    assert run_demo(tmp_path, shell, ["emovo"], console) == 0
    assert [command[0] for command in shell.given] == STEPS
    printed = console.file.getvalue()
    for command in shell.given:
        assert f"$ exhubert {' '.join(command)}\n" in printed
    assert shell.given[-1][-1] == str(tmp_path / "corpora" / "emovo" / "a.wav")
    assert "spoken as fear (high_negative)" in printed
    assert "2 files are broken on purpose" in printed


def test_says_first_and_last_that_voices_are_synthetic(shell, console, tmp_path):
    run_demo(tmp_path, shell, ["emovo"], console)
    printed = console.file.getvalue()
    assert printed.startswith("These voices are synthetic")
    assert printed.count("only show that the machine runs") == 2
    assert "--data-root DATA_ROOT" in printed
    assert str(tmp_path / "dataset") in printed


@pytest.mark.parametrize("step", STEPS)
def test_stops_at_the_first_step_that_fails(step, shell, console, tmp_path):
    shell.status[step] = 1
    assert run_demo(tmp_path, shell, ["emovo"], console) == 1
    assert [command[0] for command in shell.given] == STEPS[: STEPS.index(step) + 1]
    assert f"`exhubert {step}` ended with status 1" in console.file.getvalue()


def test_second_run_resumes_the_training(shell, console, tmp_path):
    DemoFolders(tmp_path).model.mkdir()
    run_demo(tmp_path, shell, ["emovo"], console)
    assert shell.given[2][-1] == "--resume"


def test_folder_with_a_demonstration_of_other_corpora_is_refused(shell, console, tmp_path):
    run_demo(tmp_path, shell, ["emovo"], console)
    with pytest.raises(UsageError, match="holds a demonstration of emovo already, not of tess"):
        run_demo(tmp_path, shell, ["tess"], console)


def test_recordings_of_ones_own_are_never_replaced(shell, console, tmp_path):
    clip = tmp_path / "corpora" / "emovo" / "dis-f1-b1.wav"
    clip.parent.mkdir(parents=True)
    clip.write_bytes(b"a real recording")
    with pytest.raises(UsageError, match="holds files and no demonstration"):
        run_demo(tmp_path, shell, ["emovo"], console)
    assert clip.read_bytes() == b"a real recording"


def test_corpora_of_an_interrupted_demonstration_are_not_mixed_in(shell, console, tmp_path):
    (tmp_path / "corpora" / "emo_db").mkdir(parents=True)
    with pytest.raises(UsageError, match="holds a demonstration of emo_db already"):
        run_demo(tmp_path, shell, ["emovo"], console)
    assert run_demo(tmp_path, shell, ["emo_db", "emovo"], console) == 0


def test_missing_voice_library_is_said_before_anything_is_written(
    shell, console, tmp_path, monkeypatch
):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(UsageError, match=r"eSpeak NG.*\[demo\]"):
        run_demo(tmp_path / "new", shell, ["emovo"], console)
    assert not (tmp_path / "new").exists()


def test_dataset_without_test_split_is_an_error(tmp_path):
    with pytest.raises(DataError, match="no test split"):
        find_example(DemoFolders(tmp_path))


def test_a_clip_inside_another_file_is_not_predicted(tmp_path):
    folder = DemoFolders(tmp_path).dataset / "data"
    folder.mkdir(parents=True)

    def write(corpus, path):
        row = {"corpus": corpus, "source_path": path, "emotion": "fear", "label": 3}
        shard = folder / corpus / "test-00000-of-00001.parquet"
        shard.parent.mkdir()
        pq.write_table(pa.Table.from_pylist([row]), shard)

    write("csemotions", "data/train.parquet/a.wav")
    assert find_example(DemoFolders(tmp_path)) is None
    write("emovo", "a.wav")
    assert (
        find_example(DemoFolders(tmp_path)).path
        == DemoFolders(tmp_path).corpora / "emovo" / "a.wav"
    )


def test_command_line_hands_its_options_on(monkeypatch):
    (command,) = COMMANDS
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    given = []
    monkeypatch.setattr(run, "run_demo", lambda *arguments: given.append(arguments) or 0)
    for line in ([], ["--output", "x", "--corpora", "emo_db", "tess"]):
        assert command.run(parser.parse_args(line, argparse.Namespace(main=run_exhubert))) == 0
    assert given == [
        (Path("demo-output"), run_exhubert, []),
        (Path("x"), run_exhubert, ["emo_db", "tess"]),
    ]
