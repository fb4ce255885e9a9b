"""How commands end when something outside stops them: Ctrl-C, a full disk, a reader that left."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from exhubert.cli.main import main
from exhubert.cli.output.os_errors import describe_failure

HOME = Path(__file__).parents[3]


def interrupt(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


def test_ctrl_c_is_answered_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("exhubert.cli.commands.corpora.load_specs", interrupt)
    assert main(["corpora", "list"]) == 130
    assert capsys.readouterr().err == "error: interrupted\n"


def test_ctrl_c_while_the_command_line_is_loaded_is_answered_in_one_line() -> None:
    code = (
        "import builtins, sys; "
        "inner = builtins.__import__\n"
        "def stop(name, *rest, **how):\n"
        "    if name == 'exhubert.cli.main': raise KeyboardInterrupt\n"
        "    return inner(name, *rest, **how)\n"
        "builtins.__import__ = stop\n"
        "from exhubert.__main__ import start; sys.exit(start())"
    )
    done = run([sys.executable, "-c", code])
    assert done.returncode == 130
    assert done.stderr == "error: interrupted\n"


@pytest.mark.parametrize("begun", [False, True])
def test_training_that_is_interrupted_says_how_to_go_on(
    begun: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    from training.finetuning.run_folder import CHECKPOINTS, COMPLETE_MARK

    output = tmp_path / "model"
    if begun:
        checkpoint = output / CHECKPOINTS / "checkpoint-7"
        checkpoint.mkdir(parents=True)
        (checkpoint / COMPLETE_MARK).touch()
    monkeypatch.setattr("training.finetuning.train.train", interrupt)
    where = ["--data", str(tmp_path), "--output", str(output), "--config", "tiny"]
    assert main(["train", *where, *(["--resume"] if begun else [])]) == 130
    hint = f"; what was saved stays in {output}: go on with --resume" if begun else ""
    assert capsys.readouterr().err == f"error: interrupted{hint}\n"


def test_reader_that_leaves_is_no_error() -> None:
    for command in (["corpora", "list"], ["corpora", "schema"]):
        with subprocess.Popen(
            [sys.executable, "-m", "exhubert", *command],
            env={**os.environ, "PYTHONPATH": str(HOME)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as process:
            assert process.stdout is not None
            assert process.stderr is not None
            process.stdout.close()
            assert process.stderr.read() == b""
        assert process.returncode == 0


def failure_of(action: object) -> str | None:
    with pytest.raises(OSError) as raised:  # noqa: PT011 (which one is what is tested)
        action()  # type: ignore[operator]
    return describe_failure(raised.value)


def test_what_the_system_refuses_is_said_with_the_file(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("")
    assert failure_of((file / "a").touch) == f"{file}/a: can't be written: Not a directory"
    assert failure_of(lambda: tmp_path.write_text("")) == (
        f"{tmp_path}: can't be written: Is a directory"
    )
    assert failure_of((tmp_path / "none").read_text) == f"{tmp_path}/none: no such file or folder"
    missing = tmp_path / "none" / "a"
    assert failure_of(missing.read_text) == f"{missing}: no such folder"
    assert failure_of(lambda: Path("/dev/full").write_text("x")) == "No space left on device"
    assert describe_failure(OSError("no number, so a fault of the program")) is None


def test_permission_is_told_apart_for_reading_and_writing(tmp_path: Path) -> None:
    denied = PermissionError(errno.EACCES, "Permission denied", str(tmp_path / "new"))
    assert describe_failure(denied) == f"{tmp_path}/new: can't be written: Permission denied"


def test_failures_without_a_check_of_their_own_end_in_a_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail() -> None:
        raise PermissionError(errno.EROFS, "Read-only file system", "a/b")

    monkeypatch.setattr("exhubert.cli.commands.corpora.load_specs", fail)
    assert main(["corpora", "list"]) == 2
    assert capsys.readouterr().err == "error: a/b: can't be written: Read-only file system\n"


def run(command: list[str]) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        command,
        env={**os.environ, "PYTHONPATH": str(HOME)},
        capture_output=True,
        text=True,
        check=False,
    )
