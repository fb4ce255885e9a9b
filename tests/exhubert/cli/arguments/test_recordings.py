"""Recordings that a command line names: what comes by stdin is a recording or a list."""

import io
from pathlib import Path

import pytest
import soundfile

from exhubert.cli.arguments.recordings import named_recordings, shown_name
from pipeline.audio.containers.tags import is_recording
from pipeline.common.errors import UsageError
from tests.conftest import tone, write_tone


def stdin(content: bytes) -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(content))


@pytest.mark.parametrize("suffix", ["wav", "flac", "ogg", "mp3", "aiff", "au", "caf"])
def test_a_recording(tmp_path: Path, suffix: str) -> None:
    file = tmp_path / f"a.{suffix}"
    soundfile.write(file, tone(seconds=3.0, rate=48_000), 48_000)
    with named_recordings(["-"], stdin(file.read_bytes())) as files:
        (heard,) = files
        assert heard.read_bytes() == file.read_bytes()
        assert shown_name(str(heard)) == "-"
    assert not heard.exists()


def test_a_list_even_of_names_that_begin_as_recordings_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("NIST/a.wav", "b.wav"):
        write_tone(Path(name))
    assert is_recording(b"NIST/a.wav")
    for separator in ("\n", "\0"):
        listed = separator.join(["NIST/a.wav", "b.wav"]).encode()
        with named_recordings(["b.wav", "-"], stdin(listed)) as files:
            assert files == [Path("b.wav"), Path("NIST/a.wav"), Path("b.wav")]
    assert shown_name("NIST/a.wav") == "NIST/a.wav"


def test_stdin_is_left_alone_unless_it_is_named(tmp_path: Path) -> None:
    write_tone(tmp_path / "a.wav")
    with named_recordings([str(tmp_path)], stdin(b"gone")) as files:
        assert files == [tmp_path / "a.wav"]


@pytest.mark.parametrize(
    ("content", "told"),
    [(b"", "no paths on stdin"), (b"gone.wav\n", "none of the files"), (b"\x01\x02", "found data")],
)
def test_neither_recordings_nor_paths(content: bytes, told: str) -> None:
    with pytest.raises(UsageError, match=told), named_recordings(["-"], stdin(content)):
        pass
