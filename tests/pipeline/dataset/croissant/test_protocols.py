"""Protocols in the description: every fold with its leaks, and the files of clips."""

import json
import os
import subprocess
from pathlib import Path

import pandas as pd
import pytest

from pipeline.dataset.croissant.protocols import folds, protocol_rows
from pipeline.dataset.protocols import change_protocols
from pipeline.splits.protocols.protocol import TABLE
from pipeline.splits.protocols.statement import CorpusFolds, FoldFacts, ProtocolStatement
from tests.conftest import MakeCorpus, MakeSpec
from tests.support.builds import build

FOLD = FoldFacts(
    name="1", held_out=["s1", "s2"], train=8, test=4, shared_speakers=1, shared_audio=2
)
STATED = {
    "loso": ProtocolStatement(
        rule="each speaker once",
        corpora={"tones": CorpusFolds(labels="six", classes=["low_neutral"], folds=[FOLD])},
    )
}


def test_every_fold_is_a_record_of_its_fields() -> None:
    described = folds(STATED)
    assert "loso: each speaker once" in str(described["description"])
    (record,) = described["data"]  # type: ignore[misc]
    assert record == {
        "folds/protocol": "loso",
        "folds/corpus": "tones",
        "folds/fold": "1",
        "folds/held_out": "s1, s2",
        "folds/classes": "low_neutral",
        "folds/train": 8,
        "folds/validation": 0,
        "folds/test": 4,
        "folds/shared_speakers": 1,
        "folds/shared_audio": 2,
        "folds/shared_recordings": None,
    }
    assert [field["name"] for field in described["field"]] == list(record)  # type: ignore[attr-defined]


def test_rows_have_the_columns_of_the_files() -> None:
    names = [field["name"].split("/")[1] for field in protocol_rows()["field"]]  # type: ignore[attr-defined]
    assert names == ["protocol", *TABLE.names]


def test_a_dataset_describes_the_protocols_that_it_has(
    make_spec: MakeSpec, make_corpus: MakeCorpus, tmp_path: Path
) -> None:
    build(make_spec(), make_corpus(), tmp_path / "dataset")
    sets = _record_sets(tmp_path / "dataset")
    assert list(sets) == ["splits", "classes", "utterances"]
    change_protocols(str(tmp_path / "dataset"), ["loso"])
    sets = _record_sets(tmp_path / "dataset")
    assert list(sets) == ["splits", "classes", "folds", "protocol_rows", "utterances"]
    assert len(sets["folds"]["data"]) == 4


@pytest.mark.slow
def test_mlcroissant_reads_folds_and_rows(
    make_spec: MakeSpec, make_corpus: MakeCorpus, tmp_path: Path
) -> None:
    """It lives in an environment of its own: docs/dataset.md says how to make one."""
    command = os.environ.get("EXHUBERT_MLCROISSANT")
    if not command:
        pytest.skip("EXHUBERT_MLCROISSANT names no mlcroissant command")
    dataset = tmp_path / "dataset"
    build(make_spec(), make_corpus(), dataset)
    change_protocols(str(dataset), ["loso", "2-fold"])
    rows = {
        name: pd.read_parquet(dataset / "protocols" / f"{name}.parquet")
        for name in ("loso", "2-fold")
    }
    script = f"""
import json, mlcroissant
plain = lambda value: value.decode() if isinstance(value, bytes) else list(value)
dataset = mlcroissant.Dataset({str(dataset / "croissant.json")!r})
assert not dataset.metadata.issues.errors, dataset.metadata.issues.errors
for name in ("folds", "protocol_rows"):
    for record in dataset.records(name):
        named = {{key.split("/")[1]: value for key, value in record.items()}}
        print(json.dumps([name, named], default=plain))
"""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    python = Path(command).with_name("python")
    told = subprocess.run(
        [python, "-c", script], env=environment, capture_output=True, text=True, check=False
    )
    assert told.returncode == 0, told.stderr
    records = [json.loads(line) for line in told.stdout.splitlines()]
    found = [record for name, record in records if name == "protocol_rows"]
    assert len(found) == sum(map(len, rows.values()))
    tested = {(one["protocol"], one["id"]): one["test"] for one in found}
    for name, table in rows.items():
        for clip, test in zip(table["id"], table["test"], strict=True):
            assert tested[name, clip] == list(test)
    stated = [record for name, record in records if name == "folds"]
    assert [(one["protocol"], one["fold"], one["test"]) for one in stated] == [
        ("2-fold", "1", 12),
        ("2-fold", "2", 12),
        *(("loso", str(number), 6) for number in range(1, 5)),
    ]


def _record_sets(dataset: Path) -> dict[str, dict]:  # type: ignore[type-arg]
    described = json.loads((dataset / "croissant.json").read_text())
    return {one["name"]: one for one in described["recordSet"]}
