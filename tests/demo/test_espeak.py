"""The script that speaks one utterance: what it says when it can't."""

import subprocess
import sys
from pathlib import Path

import pytest

import demo.espeak

loader = pytest.importorskip("espeakng_loader")

MANNER = ["175", "100", "50", "50", "7"]  # rate, volume, pitch, range, seed


def speak(library: str, data: str, voice: str) -> "subprocess.CompletedProcess[bytes]":
    command = [sys.executable, demo.espeak.__file__, library, data, voice, *MANNER]
    return subprocess.run(command, input=b"Good morning.", capture_output=True, check=False)


def test_a_sampling_rate_comes_before_the_samples() -> None:
    spoken = speak(loader.get_library_path(), loader.get_data_path(), "en+f2")
    assert spoken.returncode == 0, spoken.stderr
    rate = int.from_bytes(spoken.stdout[:4], sys.byteorder)
    assert 8_000 <= rate <= 48_000
    assert 0.3 < len(spoken.stdout[4:]) / 2 / rate < 3


def test_an_unknown_voice_is_named() -> None:
    failed = speak(loader.get_library_path(), loader.get_data_path(), "nobody")
    assert failed.returncode == 1
    assert b"eSpeak NG has no voice 'nobody'" in failed.stderr
    assert not failed.stdout


def test_missing_data_are_told_by_their_folder(tmp_path: Path) -> None:
    failed = speak(loader.get_library_path(), str(tmp_path), "en")
    assert failed.returncode == 1
    assert f"eSpeak NG can't read its data in {tmp_path}".encode() in failed.stderr


def test_a_missing_library_is_told_without_a_traceback(tmp_path: Path) -> None:
    failed = speak(str(tmp_path / "none.so"), str(tmp_path), "en")
    assert failed.returncode == 1
    assert b"none.so" in failed.stderr
    assert b"Traceback" not in failed.stderr
