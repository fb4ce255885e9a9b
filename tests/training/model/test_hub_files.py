"""Files of models on the hub: which there are, and what is said where that cannot be known."""

from pathlib import Path

import httpx
import pytest
from huggingface_hub.errors import (
    HfHubHTTPError,
    LocalEntryNotFoundError,
    RemoteEntryNotFoundError,
    RepositoryNotFoundError,
)

from pipeline.common.errors import UsageError
from training.inference.load_model import read_provenance
from training.model.base_card import UNKNOWN, licence_of_base
from training.model.hub_files import find_file

NAME = "lab/model"


def answer(status: int) -> httpx.Response:
    return httpx.Response(status, request=httpx.Request("HEAD", "https://hub/lab/model"))


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without a network, with the cache of one file of a repository."""
    folder = tmp_path / "cache"
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(folder))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    repository = folder / "models--lab--model"
    snapshot = repository / "snapshots" / ("a" * 40)
    snapshot.mkdir(parents=True)
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text("a" * 40)
    (snapshot / "config.json").write_text("{}")
    return repository


def test_files_of_a_folder_are_there_or_not(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("{}")
    assert find_file(tmp_path, "a.json") == tmp_path / "a.json"
    assert find_file(tmp_path, "b.json") is None


def test_a_file_that_the_hub_has_not_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: str) -> str:
        raise RemoteEntryNotFoundError("404: no such entry", response=answer(404))

    monkeypatch.setattr("training.model.hub_files.hf_hub_download", refuse)
    assert find_file(NAME, "provenance.json") is None


@pytest.mark.parametrize(
    "error",
    [
        HfHubHTTPError("503 Service Unavailable", response=answer(503)),
        RepositoryNotFoundError("401 Unauthorized", response=answer(401)),
        TimeoutError("timed out"),
    ],
)
def test_trouble_of_the_hub_is_not_taken_for_an_absent_file(
    error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: str) -> str:
        raise error

    monkeypatch.setattr("training.model.hub_files.hf_hub_download", fail)
    with pytest.raises(UsageError, match=r"lab/model: .*provenance.json.*\(.*(503|401|timed out)"):
        read_provenance(NAME)


def test_trouble_behind_an_empty_cache_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: str) -> str:
        raise LocalEntryNotFoundError("not in the cache") from TimeoutError("timed out")

    monkeypatch.setattr("training.model.hub_files.hf_hub_download", fail)
    with pytest.raises(UsageError, match="timed out"):
        find_file("lab/uncached", "provenance.json")


def test_a_cache_of_single_files_does_not_know_what_else_there_is(cache: Path) -> None:
    found = find_file(NAME, "config.json")
    assert found is not None
    assert found.is_file()
    with pytest.raises(UsageError, match="hf download lab/model --local-dir model"):
        find_file(NAME, "provenance.json")
    assert licence_of_base(NAME) == UNKNOWN


def test_a_whole_repository_in_the_cache_needs_no_network(cache: Path) -> None:
    (cache / "snapshots" / ("a" * 40) / ".gitattributes").touch()
    assert find_file(NAME, "provenance.json") is None


def test_what_the_hub_once_said_not_to_exist_needs_no_network(cache: Path) -> None:
    absent = cache / ".no_exist" / ("a" * 40)
    absent.mkdir(parents=True)
    (absent / "provenance.json").touch()
    assert find_file(NAME, "provenance.json") is None


def test_what_can_be_no_name_of_a_repository_has_no_files() -> None:
    assert find_file("no/such/folder", "config.json") is None
