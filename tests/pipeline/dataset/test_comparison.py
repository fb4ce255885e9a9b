"""What differs between two datasets is told, by corpus, column and utterance."""

import shutil
from pathlib import Path

import pytest

from exhubert.cli.main import main
from pipeline.dataset.comparison import compare_datasets
from pipeline.specs.yaml_reader import SpecError
from tests.conftest import MakeCorpus, MakeSpec, write_tone


@pytest.fixture
def command(make_spec: MakeSpec, make_corpus: MakeCorpus, tmp_path: Path) -> list[str]:
    """The build of a dataset, which was run once; the folder comes last."""
    make_spec()
    command = [
        *("build", "--spec", str(tmp_path / "tones.yaml"), "--jobs", "1"),
        *("--root", f"tones={make_corpus()}", "--output"),
    ]
    assert main([*command, str(tmp_path / "a")]) == 0
    return command


def test_a_dataset_equals_itself_and_its_copy(command: list[str], tmp_path: Path) -> None:
    shutil.copytree(tmp_path / "a", tmp_path / "b")
    found = compare_datasets(str(tmp_path / "a"), str(tmp_path / "b"))
    assert found.same
    assert not found.specs
    assert found.corpora["tones"].both == 24


def test_rows_added_and_removed_are_counted(command: list[str], tmp_path: Path) -> None:
    clips = tmp_path / "corpora/tones/wav"
    (clips / "s00_ang_0.wav").unlink()
    write_tone(clips / "s00_ang_5.wav", hertz=930)
    write_tone(clips / "s00_ang_6.wav", hertz=950)
    main([*command, str(tmp_path / "b")])
    tones = compare_datasets(str(tmp_path / "a"), str(tmp_path / "b")).corpora["tones"]
    assert (tones.only_a, tones.only_b, tones.both) == (1, 2, 23)


def test_another_label_map_is_told_as_labels_and_as_the_spec(
    command: list[str], tmp_path: Path
) -> None:
    spec = tmp_path / "tones.yaml"
    spec.write_text(spec.read_text().replace("ang: anger", "ang: fear"))
    main([*command, str(tmp_path / "b")])
    found = compare_datasets(str(tmp_path / "a"), str(tmp_path / "b"))
    assert found.kinds == {"labels": 8}  # fear has the class of anger
    assert found.corpora["tones"].changed == {"emotion": 8}
    assert found.specs == {"tones": ["emotions"]}
    assert {example[1:] for example in found.examples["emotion"]} == {("anger", "fear")}


@pytest.mark.parametrize(
    ("kept", "why"),
    [
        ("emotions: {", "not YAML"),
        ("".join(f"a{n}: &a{n} [{f'*a{n - 1},' * 9 if n else 1}]\n" for n in range(9)), "aliases"),
    ],
)
def test_a_kept_spec_that_is_none_is_named(
    command: list[str], tmp_path: Path, kept: str, why: str
) -> None:
    shutil.copytree(tmp_path / "a", tmp_path / "b")
    (tmp_path / "b/specs/tones.yaml").write_text(kept)
    with pytest.raises(SpecError, match=rf"b/specs/tones\.yaml.*{why}"):
        compare_datasets(str(tmp_path / "a"), str(tmp_path / "b"))


def test_another_sound_under_one_name_is_told_as_audio(command: list[str], tmp_path: Path) -> None:
    write_tone(tmp_path / "corpora/tones/wav/s01_neu_1.wav", hertz=1000)
    main([*command, str(tmp_path / "b")])
    found = compare_datasets(str(tmp_path / "a"), str(tmp_path / "b"))
    assert found.corpora["tones"].changed["audio_xxh3"] == 1
    assert found.kinds.keys() == {"audio"}
