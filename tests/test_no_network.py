"""Without being asked to, nothing here speaks to anybody: all work is done with sockets refused."""

import socket
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
