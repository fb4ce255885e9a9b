"""Damage of any kind is found by verify, kept out of rewritten shards, and mended by a build."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from exhubert.cli.main import main
from pipeline.common.errors import DataError
from pipeline.dataset.relabel import relabel_dataset
from pipeline.dataset.verify import repair_dataset, verify_dataset
from pipeline.shards.parquet import write_parquet
from pipeline.shards.row_check import find_damaged_rows
from pipeline.specs.emotion_scheme import emotion_scheme
from tests.conftest import MakeCorpus, MakeSpec

SHARD = "data/tones/train-00000-of-00001.parquet"
Damage = Callable[[Path], object]


def flip_a_bit(dataset: Path) -> None:
    """In the audio of the first clip, where Parquet itself notices nothing."""
    content = bytearray((dataset / SHARD).read_bytes())
    content[content.index(b"fLaC") + 2000] ^= 1
    (dataset / SHARD).write_bytes(content)


def swap_audio(dataset: Path) -> None:
    """Of two rows, in a shard that its manifest names by size and checksum no more."""
    table = pq.read_table(dataset / SHARD)
    index = table.column_names.index("audio")
    audio = table["audio"].take([1, 0, *range(2, table.num_rows)])
    with (dataset / SHARD).open("wb") as file:
        write_parquet(file, [table.set_column(index, "audio", audio)])


DAMAGES: dict[str, tuple[Damage, str]] = {
    "bit": (flip_a_bit, "XXH3"),
    "swap": (swap_audio, "XXH3 of its samples"),
    "cut": (lambda d: (d / SHARD).write_bytes((d / SHARD).read_bytes()[:5000]), "expected"),
    "empty": (lambda d: (d / SHARD).write_bytes(b""), "0 bytes"),
    "absent": (lambda d: (d / SHARD).unlink(), "missing"),
    "copied": (lambda d: shutil.copy(d / SHARD, d / "data/tones/x.parquet"), "not named"),
    "receipt": (lambda d: (d / ".build/tones/train-00000-of-00001.json").unlink(), "receipt"),
}


@pytest.fixture
def command(make_spec: MakeSpec, make_corpus: MakeCorpus, tmp_path: Path) -> list[str]:
    """The build of a dataset, which was run once."""
    make_spec()
    where = ["--root", f"tones={make_corpus()}", "--output", str(tmp_path / "dataset")]
    command = ["build", "--spec", str(tmp_path / "tones.yaml"), "--jobs", "1", *where]
    assert main(command) == 0
    return command


def shards(dataset: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in dataset.glob("data/*/*.parquet")}


@pytest.mark.parametrize("kind", DAMAGES)
def test_damage_is_found_and_the_next_build_mends_it(
    command: list[str], tmp_path: Path, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    dataset = tmp_path / "dataset"
    assert main(["verify", str(dataset)]) == 0
    assert "whole: 24 clips in 3 shards" in capsys.readouterr().out
    before = shards(dataset)
    damage, message = DAMAGES[kind]
    damage(dataset)
    assert main(["verify", str(dataset), "--json"]) == 1
    faults = json.loads(capsys.readouterr().out)["faults"]
    assert any(message in fault["problem"] for fault in faults)
    assert main(["verify", str(dataset), "--repair"]) == 1
    assert main(command) == 0
    (dataset / "data/tones/x.parquet").unlink(missing_ok=True)
    assert shards(dataset) == before
    assert main(["verify", str(dataset)]) == 0


def test_build_mends_what_it_would_have_kept(command: list[str], tmp_path: Path) -> None:
    before = shards(tmp_path / "dataset")
    flip_a_bit(tmp_path / "dataset")
    assert main(command) == 0
    assert shards(tmp_path / "dataset") == before


def test_damaged_shard_gets_no_fitting_checksum_by_relabelling(
    command: list[str], make_spec: MakeSpec, tmp_path: Path
) -> None:
    assert command
    dataset = str(tmp_path / "dataset")
    flip_a_bit(tmp_path / "dataset")
    spec = make_spec(emotions="{ang: irritation, neu: neutral, hap: happiness}")
    with pytest.raises(DataError, match=r"train-.*: damaged: XXH3 .* verify --repair"):
        relabel_dataset(dataset, {"tones": spec}, emotion_scheme())
    _, faults = verify_dataset(dataset)
    assert {fault.path for fault in faults} >= {SHARD}
    assert repair_dataset(dataset, faults) == ["tones"]


def test_rows_are_compared_with_their_own_checksums(command: list[str], tmp_path: Path) -> None:
    assert command
    assert not list(find_damaged_rows(pq.read_table(tmp_path / "dataset" / SHARD)))
    swap_audio(tmp_path / "dataset")
    assert len(list(find_damaged_rows(pq.read_table(tmp_path / "dataset" / SHARD)))) == 2
