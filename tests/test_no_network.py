"""Without being asked to, nothing here speaks to anybody: all work is done with sockets refused."""

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from exhubert.cli.main import main
from tests.conftest import MakeCorpus, MakeSpec


def refuse(*arguments: Any, **_: Any) -> None:
    raise AssertionError(f"the network was asked: {arguments[1:]}")


def test_check_build_report_train_evaluate_and_predict_ask_no_network(
    make_spec: MakeSpec,
    make_corpus: MakeCorpus,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, refuse)
    for name in ("getaddrinfo", "gethostbyname", "create_connection"):
        monkeypatch.setattr(socket, name, refuse)
    with pytest.raises(AssertionError, match="the network was asked"):
        socket.create_connection(("127.0.0.1", 9))
    make_spec()
    root = make_corpus()
    corpus = ["--spec", str(tmp_path / "tones.yaml"), "--root", f"tones={root}"]
    dataset, model = str(tmp_path / "dataset"), str(tmp_path / "model")
    quick = ["optimizer.epochs=1", "data.workers=0"]
    clip = str(next(iter(sorted(root.rglob("*.wav")))))
    for command in (
        ["check", *corpus],
        ["build", *corpus, "--output", dataset, "--jobs", "1"],
        ["verify", dataset],
        ["report", dataset],
        ["train", "--data", dataset, "--config", "tiny", "--output", model, *quick],
        ["evaluate", "--data", dataset, "--model", model],
        ["predict", "--model", model, clip],
    ):
        assert main(command) == 0, command


def test_a_build_of_several_processes_needs_no_network(
    make_spec: MakeSpec, make_corpus: MakeCorpus, tmp_path: Path
) -> None:
    """In a network of its own, which has nothing but the loopback device."""
    alone = [
        "unshare",
        "--map-root-user",
        "--net",
        "sh",
        "-c",
        'ip link set lo up && exec "$@"',
        "-",
    ]
    if not (shutil.which("unshare") and shutil.which("ip")):
        pytest.skip("needs unshare and ip")
    if subprocess.run([*alone, "true"], check=False, capture_output=True).returncode:
        pytest.skip("this system gives nobody a network of their own")
    outside = "import socket; socket.create_connection(('192.0.2.1', 9), 1)"
    refused = subprocess.run(
        [*alone, sys.executable, "-c", outside], check=False, capture_output=True
    )
    assert b"Network is unreachable" in refused.stderr
    make_spec()
    build = [sys.executable, "-m", "exhubert", "build", "--jobs", "2"]
    build += ["--spec", str(tmp_path / "tones.yaml"), "--root", f"tones={make_corpus()}"]
    run = subprocess.run(
        [*alone, *build, "--output", str(tmp_path / "dataset")],
        check=False,
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert run.returncode == 0, run.stderr
    assert (tmp_path / "dataset" / "manifest.json").is_file()
