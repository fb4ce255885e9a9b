from pathlib import Path

import pytest

from pipeline.running.worker_death import describe_worker_death


@pytest.mark.parametrize(
    ("status", "words"),
    [(-9, "killed (SIGKILL)"), (-11, "a decoder"), (-15, "ended by SIGTERM"), (3, "with status 3")],
)
def test_message_says_what_is_known(tmp_path: Path, status: int, words: str) -> None:
    log = tmp_path / "worker.log"
    assert words in describe_worker_death(status, tmp_path / "none", log)
    log.write_text("\n".join(f"line {number}" for number in range(99)))
    status_file = tmp_path / "status"
    status_file.write_bytes(b"tones: wav/a.wav   ")
    failure = describe_worker_death(status, status_file, log)
    assert "while it was at tones: wav/a.wav." in failure
    assert failure.endswith("line 98")
    assert "line 80" not in failure
