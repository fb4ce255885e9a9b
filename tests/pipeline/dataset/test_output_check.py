"""Where a build may write: in a folder of its own, and never among the files of a corpus."""

from pathlib import Path

import pytest

from pipeline.audio.options import AudioOptions
from pipeline.common.errors import DataError, UsageError
from pipeline.dataset.build_state import mark_unfinished
from pipeline.dataset.output_check import check_output
from pipeline.dataset.run_log import record_run
from pipeline.planning.build_config import BuildConfig, Corpus
from pipeline.running.build import check_build
from pipeline.specs.emotion_scheme import emotion_scheme
from tests.conftest import MakeSpec


def test_folder_with_files_of_others_is_refused(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("mine")
    with pytest.raises(UsageError, match=r"files that are not exhubert's, for example README\.md"):
        check_output(str(tmp_path), {}, is_dataset=False)
    check_output(str(tmp_path), {}, is_dataset=True)


def test_nothing_is_written_before_the_folder_is_refused(
    tmp_path: Path, make_spec: MakeSpec
) -> None:
    output = tmp_path / "project"
    (output / "data").mkdir(parents=True)
    build = BuildConfig(
        {"tones": Corpus(make_spec(), "x")}, emotion_scheme(), str(output), AudioOptions()
    )
    with pytest.raises(UsageError, match="for example data"):
        check_build(build)
    assert list(output.rglob("*")) == [output / "data"]


def test_folder_called_like_ours_does_not_make_a_dataset(tmp_path: Path) -> None:
    (tmp_path / ".build" / "debug").mkdir(parents=True)
    (tmp_path / ".build" / "debug" / "main.o").write_text("")  # others call theirs so, too
    with pytest.raises(UsageError, match=r"for example \.build/debug/main\.o"):
        check_output(str(tmp_path), {}, is_dataset=False)


@pytest.mark.parametrize("there", [[], ["lost+found"], [".DS_Store"]])
def test_empty_and_new_folders_are_taken(tmp_path: Path, there: list[str]) -> None:
    for name in there:
        (tmp_path / name).mkdir()
    check_output(str(tmp_path), {}, is_dataset=False)
    check_output(str(tmp_path / "new"), {}, is_dataset=False)


def test_first_build_that_was_interrupted_can_be_resumed(tmp_path: Path) -> None:
    output = str(tmp_path / "out")
    with pytest.raises(KeyboardInterrupt), record_run(output, ["build"]):
        raise KeyboardInterrupt  # before anything but the record of the run was written
    check_output(output, {}, is_dataset=False)
    (tmp_path / "out" / ".build").mkdir()
    (tmp_path / "out" / ".build" / ".unfinished.0123").write_text("")
    check_output(output, {}, is_dataset=False)
    (tmp_path / "out" / "log" / "notes.txt").write_text("mine")
    with pytest.raises(UsageError, match=r"log/notes\.txt"):
        check_output(output, {}, is_dataset=False)
    mark_unfinished(output)
    (tmp_path / "out" / ".README.md.0123").write_text("written aside")
    check_output(output, {}, is_dataset=False)


def test_output_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("")
    with pytest.raises(UsageError, match="out: is a file"):
        check_output(str(tmp_path / "out"), {}, is_dataset=False)


@pytest.mark.parametrize(
    ("output", "root", "message"),
    [
        ("c/tones", "c/tones", "is inside the folder of corpus tones"),
        ("c/tones/out", "c/tones/", "is inside the folder of corpus tones"),
        ("c/./tones", "c/other/../tones", "is inside the folder of corpus tones"),
        ("ds", "ds/data/tones", "corpus tones is inside ds/data, where a build writes"),
        ("s3://b/c/tones/out", "s3://b/c/tones", "is inside the folder of corpus tones"),
        ("c/tones2", "c/tones", None),
        ("c", "c/tones", None),
        ("s3://b/c/tones", "gs://b/c/tones", None),
    ],
)
def test_corpora_and_dataset_do_not_mix(
    output: str, root: str, message: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    if message is None:
        check_output(output, {"tones": root}, is_dataset=True)
        return
    with pytest.raises(UsageError, match=message):
        check_output(output, {"tones": root}, is_dataset=True)


@pytest.mark.parametrize("link", ["data", ".build", "log", "data/tones", ".build/tones"])
def test_folder_of_a_dataset_that_is_a_link_is_refused(tmp_path: Path, link: str) -> None:
    precious = tmp_path / "precious"
    precious.mkdir()
    path = tmp_path / "dataset" / link
    path.parent.mkdir(parents=True)
    path.symlink_to(precious)
    with pytest.raises(DataError, match=rf"{link}: is a link to .*precious; expected a folder"):
        check_output(str(tmp_path / "dataset"), {}, is_dataset=True)


def test_link_to_the_whole_dataset_is_fine(tmp_path: Path) -> None:
    (tmp_path / "large_disk" / "data").mkdir(parents=True)
    (tmp_path / "dataset").symlink_to(tmp_path / "large_disk")
    check_output(str(tmp_path / "dataset"), {}, is_dataset=True)
