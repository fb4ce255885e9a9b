import json
from pathlib import Path
from unittest.mock import patch

import pytest

from pipeline.common.errors import DataError, UsageError
from pipeline.dataset.run_log import mask_secrets, read_runs, record_run
from pipeline.storage import files as storage


def test_a_run_is_logged_at_its_start_and_at_its_end(tmp_path: Path) -> None:
    with record_run(str(tmp_path), ["exhubert", "build", "--jobs", "2"], jobs=2) as run:
        (begun,) = read_runs(str(tmp_path))
        assert (begun.ended, begun.status) == (None, None)
        run.status = 0
    (ended,) = read_runs(str(tmp_path))
    assert (ended.status, ended.error, ended.runner, ended.jobs) == (0, None, "local", 2)
    assert ended.seconds is not None
    assert ended.command == "exhubert build --jobs 2"
    assert {"exhubert", "apache-beam", "libsndfile", "soxr"} <= ended.versions.keys()


@pytest.mark.parametrize(
    ("error", "status"),
    [(DataError("no wav"), 1), (UsageError("no"), 2), (KeyboardInterrupt(), 130)],
)
def test_a_failed_run_says_why(tmp_path: Path, error: BaseException, status: int) -> None:
    with pytest.raises(type(error)), record_run(str(tmp_path), ["exhubert"]):
        raise error
    (run,) = read_runs(str(tmp_path))
    assert run.status == status
    assert run.error == f"{type(error).__name__}: {error}"


def test_runs_are_read_in_their_order_and_the_latest_alone(tmp_path: Path) -> None:
    for number in range(4):
        with record_run(str(tmp_path), ["exhubert", str(number)]):
            pass
    assert [run.command[-1] for run in read_runs(str(tmp_path))] == ["0", "1", "2", "3"]
    assert [run.command[-1] for run in read_runs(str(tmp_path), latest=2)] == ["2", "3"]


def test_a_file_that_is_no_record_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "log").mkdir()
    (tmp_path / "log" / "1.json").write_text(json.dumps({"started": 7}))
    assert read_runs(str(tmp_path)) == []
    assert read_runs(str(tmp_path / "nowhere")) == []


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (["--s3_secret_access_key=abc"], ["--s3_secret_access_key=***"]),
        (
            ["--s3_access_key_id", "abc", "--jobs", "2"],
            ["--s3_access_key_id", "***", "--jobs", "2"],
        ),
        (["--use_tokens", "--jobs", "2"], ["--use_tokens", "--jobs", "2"]),
        (["--options=Token=abc"], ["--options=Token=***"]),
        (["--output", "s3://me:pass@host/x"], ["--output", "s3://me:***@host/x"]),
        (["--root", "emo_db=/data/emodb"], ["--root", "emo_db=/data/emodb"]),
    ],
)
def test_secrets_are_masked(given: list[str], kept: list[str]) -> None:
    assert mask_secrets(given) == kept


def test_secrets_in_errors_are_masked(tmp_path: Path) -> None:
    with pytest.raises(DataError), record_run(str(tmp_path), []):
        raise DataError("GET https://host/x?token=abc failed")
    assert "abc" not in next((tmp_path / "log").iterdir()).read_text()


def test_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with (
        pytest.raises(UsageError, match="file: can't be written"),
        record_run(str(tmp_path / "file"), []),
    ):
        pass


def test_a_log_that_cannot_be_written_hides_no_error(tmp_path: Path) -> None:
    full = OSError(28, "No space left on device")
    with (
        patch.object(storage, "write_atomic", side_effect=[None, full]),
        pytest.raises(DataError, match="no wav"),
        record_run(str(tmp_path), ["exhubert"]),
    ):
        raise DataError("no wav")


def test_a_log_that_cannot_be_written_in_the_end_is_told(tmp_path: Path) -> None:
    full = OSError(28, "No space left on device")
    with (
        patch.object(storage, "write_atomic", side_effect=[None, full]),
        pytest.raises(UsageError, match="can't be written: No space left"),
        record_run(str(tmp_path), ["exhubert"]),
    ):
        pass
