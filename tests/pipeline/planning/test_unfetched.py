"""Clips that were never fetched are told by check, too, which decodes nothing."""

from pathlib import Path

import pytest

from exhubert.cli.main import main
from pipeline.planning.unfetched import reject_unfetched
from pipeline.schema.utterance import Utterance
from tests.conftest import MakeCorpus, MakeSpec

POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n"


def test_check_tells_of_pointers_and_empty_files(
    make_spec: MakeSpec, make_corpus: MakeCorpus, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make_spec()
    root = make_corpus()
    (root / "wav" / "s00_ang_0.wav").write_bytes(POINTER)
    (root / "wav" / "s00_ang_1.wav").write_bytes(b"")
    (root / "wav" / "s00_neu_1.wav").write_bytes(b"short, and neither")
    (root / "wav" / "s09_ang_1.wav").symlink_to("nowhere")
    where = ["--spec", str(tmp_path / "tones.yaml"), "--root", f"tones={root}"]
    assert main(["check", *where, "--allow-partial"]) == 1
    printed = capsys.readouterr()
    assert "tones: rejected: git_lfs_pointer 1" in printed.out
    assert "run `git lfs pull`" in printed.out
    assert "tones: rejected: empty 1" in printed.out
    assert "tones: rejected: unreadable 1" in printed.out
    assert "error: corpus tones: 3 clips would be rejected" in printed.err


def test_not_every_pointer_of_a_large_corpus_is_read() -> None:
    read: list[str] = []

    def read_file(path: str) -> bytes:
        read.append(path)
        return POINTER

    clips = [Utterance(f"c/{n}", "c", f"c/{n}", f"{n}.wav", 130, "") for n in range(300)]
    found = list(reject_unfetched(clips, read_file))
    assert len(read) == 100
    assert {one.dropped and one.dropped.reason for one in found} == {"git_lfs_pointer"}
    others = list(reject_unfetched(clips, lambda path: POINTER if path == "7.wav" else b"RIFF"))
    assert [one.id for one in others if one.dropped] == ["c/7"]
