"""The user's configuration file, and the environment, which goes before it."""

import os
from pathlib import Path

import pytest

from exhubert.cli.arguments.configuration import (
    FILE_VARIABLE,
    JOBS_VARIABLE,
    ROOT_VARIABLE,
    configuration_file,
    configured_data_roots,
    configured_jobs,
    read_configuration,
)
from pipeline.common.cores import usable_cores
from pipeline.common.errors import UsageError
from tests.support.fenced import HOME, blocks


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


def test_it_lies_where_configuration_lies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert configuration_file({}) == tmp_path / ".config" / "exhubert" / "config.toml"
    there = configuration_file({"XDG_CONFIG_HOME": "/etc/mine"})
    assert there == Path("/etc/mine/exhubert/config.toml")
    assert configuration_file({FILE_VARIABLE: "~/other.toml"}) == tmp_path / "other.toml"
    assert configuration_file({FILE_VARIABLE: ""}) is None


def test_nothing_is_configured_where_there_is_no_file(tmp_path: Path) -> None:
    environment = {"XDG_CONFIG_HOME": str(tmp_path)}
    assert configured_data_roots(environment).folders == ()
    assert configured_jobs(environment) == usable_cores()


@pytest.mark.parametrize(
    ("text", "folders"),
    [
        ('data_root = "/data/corpora"', ("/data/corpora",)),
        (
            'data_root = ["/data", "s3://bucket/corpora"]\njobs = 3',
            ("/data", "s3://bucket/corpora"),
        ),
        ('data_root = "~/corpora"', (str(Path("~/corpora").expanduser()),)),
        ("# nothing yet\n", ()),
    ],
)
def test_data_roots_of_the_file(file: Path, text: str, folders: tuple[str, ...]) -> None:
    file.write_text(text)
    found = configured_data_roots({FILE_VARIABLE: str(file)})
    assert found.folders == folders
    assert found.source == (str(file) if folders else "")
    assert not found.by_option


def test_the_file_that_the_documentation_shows(file: Path) -> None:
    (shown,) = (one for one in blocks(HOME / "docs" / "configuration.md") if one.language == "toml")
    file.write_text(shown.text)
    assert read_configuration({FILE_VARIABLE: str(file)}).model_fields_set == {"data_root", "jobs"}


def test_the_environment_goes_before_the_file(file: Path) -> None:
    file.write_text('data_root = "/of/the/file"\njobs = 3')
    environment = {FILE_VARIABLE: str(file)}
    assert configured_jobs(environment) == 3
    assert configured_jobs(environment | {JOBS_VARIABLE: "5"}) == 5
    named = os.pathsep.join(["/one", "s3://bucket/corpora", "gs://two"])
    found = configured_data_roots(environment | {ROOT_VARIABLE: named})
    assert found.folders == ("/one", "s3://bucket/corpora", "gs://two")
    assert found.source == ROOT_VARIABLE


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("data_root = ", "{file}:1: Invalid value"),
        ("\n\njobs 3", "{file}:3: Expected '=' after a key"),
        ("jobs = '3'", "{file}:1: jobs: expected a whole number, found '3'"),
        ("\njobs = 0", "{file}:2: jobs: expected 1 or more, found 0"),
        ("jobs = 2\ndata_rot = '/data'", "{file}:2: unknown key 'data_rot'; did you mean"),
        ("data_root = 'corpora'", "{file}:1: data_root: expected a whole path"),
        ("data_root = 3", "{file}:1: data_root: expected a list, found 3"),
        ("[data_root]\nemo_db = '/data'", "{file}:1: data_root: expected a list"),
        ("jobs = 1\n[zzz.y]\na = 1", "{file}:2: unknown key 'zzz'; expected data_root or jobs"),
    ],
)
def test_errors_name_file_and_line(file: Path, text: str, told: str) -> None:
    file.write_text(text)
    with pytest.raises(UsageError) as caught:
        read_configuration({FILE_VARIABLE: str(file)})
    assert str(caught.value).startswith(told.format(file=file))


def test_a_file_that_is_named_must_be_there(file: Path) -> None:
    with pytest.raises(UsageError, match="No such file"):
        read_configuration({FILE_VARIABLE: str(file)})
    file.write_bytes(b"data_root = '\xff'")
    with pytest.raises(UsageError, match="no text in UTF-8"):
        read_configuration({FILE_VARIABLE: str(file)})


@pytest.mark.parametrize("number", ["0", "many", "-1", "1.5", "²"])
def test_jobs_of_the_environment_are_a_number(number: str) -> None:
    with pytest.raises(UsageError, match=f"{JOBS_VARIABLE}={number}: expected a whole number"):
        configured_jobs({JOBS_VARIABLE: number})
