"""Which corpora a command line means, and where they lie."""

import argparse
from pathlib import Path

import pytest

from exhubert.cli.arguments.corpora import add_corpora, find_corpora, no_clips_message
from pipeline.common.errors import UsageError
from tests.conftest import MakeSpec


def parse(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_corpora(parser)
    return parser.parse_args(words)


def found(*words: str, require_folder: bool = True) -> dict[str, str]:
    """Corpus → where it lies."""
    return {spec.id: root for spec, root in find_corpora(parse(*words), require_folder)}


@pytest.fixture
def data_root(tmp_path: Path) -> Path:
    """A data root with two shipped corpora and a folder of something else."""
    for name in ("emo_db", "tess", "holidays"):
        (tmp_path / "corpora" / name).mkdir(parents=True)
    return tmp_path / "corpora"


def test_a_data_root_stands_for_the_corpora_that_lie_in_it(
    data_root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    corpora = found("--data-root", str(data_root))
    assert corpora == {"emo_db": f"{data_root}/emo_db", "tess": f"{data_root}/tess"}
    assert "passed over: holidays" in capsys.readouterr().err


def test_named_corpora_are_taken_alone(data_root: Path) -> None:
    assert list(found("--data-root", str(data_root), "--corpora", "tess")) == ["tess"]


def test_of_a_collection_those_without_a_folder_are_passed_over(
    data_root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    corpora = found("--data-root", str(data_root), "--corpora", "@emobox")
    assert set(corpora) == {"emo_db", "tess"}
    assert "no folder, so passed over: " in capsys.readouterr().err


def test_a_root_of_its_own_goes_before_the_data_root(data_root: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    corpora = found(
        *("--data-root", str(data_root), "--corpora", "tess"),
        *("--root", f"tess={tmp_path}/elsewhere"),
    )
    assert corpora == {"tess": f"{tmp_path}/elsewhere"}


def test_own_specs_are_meant_without_being_named_again(
    make_spec: MakeSpec, data_root: Path, tmp_path: Path
) -> None:
    make_spec("tones")
    spec, folder = ("--spec", str(tmp_path / "tones.yaml")), data_root / "tones"
    with pytest.raises(UsageError, match=f"corpus tones: no folder {folder}"):
        found(*spec, "--data-root", str(data_root))
    folder.mkdir()
    assert found(*spec, "--data-root", str(data_root))["tones"] == str(folder)


def test_folders_are_not_looked_for_where_none_is_needed(tmp_path: Path) -> None:
    corpora = found("--data-root", str(tmp_path), "--corpora", "tess", require_folder=False)
    assert corpora == {"tess": f"{tmp_path}/tess"}


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([], "no corpus found without --data-root: expected folders named by corpus id"),
        (["--root", "tess"], "--root tess: expected ID=DIR"),
        (["--root", "tess="], "--root tess=: expected ID=DIR"),
        (["--root", "tess=/no/such"], "corpus tess: no folder /no/such; give --root tess=DIR"),
        (["--corpora", "tess,emo_db"], "separate names by blanks: --corpora tess emo_db"),
        (["--corpora", "tes"], "tess"),
    ],
)
def test_what_names_no_corpus_is_refused(words: list[str], told: str) -> None:
    with pytest.raises(UsageError) as refused:
        found(*words)
    assert told in str(refused.value)


def test_own_corpora_are_suggested_for_unknown_ids(make_spec: MakeSpec, tmp_path: Path) -> None:
    make_spec("my_corpus")
    with pytest.raises(UsageError) as refused:
        found("--spec", str(tmp_path / "my_corpus.yaml"), "--root", f"mycorpus={tmp_path}")
    assert "no corpus called 'mycorpus'; did you mean 'my_corpus'?" in str(refused.value)
    assert "exhubert corpora list" in str(refused.value)
    assert len(str(refused.value)) < 300  # does not list a hundred ids


def test_the_folder_of_a_corpus_is_no_data_root_and_recognised(tmp_path: Path) -> None:
    (tmp_path / "TESS" / "clips").mkdir(parents=True)
    with pytest.raises(UsageError) as refused:
        found("--data-root", f"{tmp_path}/TESS/")
    assert f"for the folder of one corpus: --root tess={tmp_path}/TESS" in str(refused.value)


def test_a_folder_without_clips_is_described(make_spec: MakeSpec, tmp_path: Path) -> None:
    spec = make_spec()
    (tmp_path / "tones").mkdir()
    (tmp_path / "tones" / "readme.txt").touch()
    told = no_clips_message(spec, str(tmp_path / "tones"))
    assert told.startswith(f"corpus tones: no clip below {tmp_path}/tones: expected wav/*.wav; ")
    assert "txt" in told
