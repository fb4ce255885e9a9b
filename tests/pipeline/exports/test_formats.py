"""All forms are offered by the command, write every clip, and never over what is there."""

import json
from pathlib import Path

import pytest

from exhubert.cli.commands.export import FORMATS as OFFERED
from exhubert.cli.main import main
from pipeline.common.errors import UsageError
from pipeline.exports.formats import FORMATS, export_dataset
from tests.conftest import write_tone
from tests.pipeline.exports.conftest import SPEC


def test_the_command_offers_all_formats() -> None:
    assert tuple(FORMATS) == OFFERED


def test_the_command(dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = str(tmp_path / "out")
    command = ["export", str(dataset), "--to", "nemo", "--output", folder, "--json"]
    capsys.readouterr()
    assert main([*command, "--where", "speaker = 'tones:f1'"]) == 0
    assert json.loads(capsys.readouterr().out) == {"folder": folder, "format": "nemo", "clips": 4}
    assert main(command) == 2
    assert "is not empty" in capsys.readouterr().err
    assert main(["export", str(dataset)]) == 2
    assert "--to" in capsys.readouterr().err
    assert main(["export", str(dataset), "--onnx", "a.onnx"]) == 2
    assert "expected DATASET --to FORMAT" in capsys.readouterr().err


def test_progress_is_told(dataset: Path, tmp_path: Path) -> None:
    told: list[int] = []
    export_dataset(
        str(dataset),
        tmp_path / "nemo",
        "nemo",
        where="speaker = 'tones:f1'",
        on_clip=lambda: told.append(1),
        on_rows=told.append,
    )
    assert told == [4, 1, 1, 1, 1]


def test_no_row_is_no_export(dataset: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no row for which false"):
        export_dataset(str(dataset), tmp_path / "none", "kaldi", where="false")
    assert not (tmp_path / "none").exists()


@pytest.fixture(scope="module")
def rated(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A dataset of clips with ratings and no emotion."""
    folder = tmp_path_factory.mktemp("rated")
    spec = SPEC.format(corpus="rated").replace("P<emotion>", "P<word>")
    lines = [line for line in spec.splitlines() if not line.startswith("emotions:")]
    (folder / "rated.yaml").write_text("\n".join(lines))
    for number in range(4):
        clip = folder / f"corpus/wav/f{number} none.{number}.wav"
        write_tone(clip, hertz=300 + 9 * number, seconds=0.3)
    rows = "".join(f"f{number} none.{number},{number + 1}\n" for number in range(4))
    (folder / "corpus/ratings.csv").write_text(f"clip,arousal\n{rows}")
    command = ["build", "--spec", str(folder / "rated.yaml"), "--jobs", "1", "--allow-partial"]
    where = ["--root", f"rated={folder / 'corpus'}", "--output", str(folder / "dataset")]
    assert main([*command, *where]) == 0
    return str(folder / "dataset")


@pytest.mark.parametrize("form", FORMATS)
def test_clips_with_ratings_alone_are_exported(rated: str, tmp_path: Path, form: str) -> None:
    assert export_dataset(rated, tmp_path / form, form) == 4
