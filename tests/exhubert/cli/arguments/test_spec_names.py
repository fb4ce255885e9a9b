"""Specs that a command line names: by id, by collection, or by file."""

from pathlib import Path

import pytest

from exhubert.cli.arguments.spec_names import specs_named
from pipeline.common.errors import UsageError
from pipeline.specs.collections import find_collection
from pipeline.specs.yaml_reader import SpecError
from tests.conftest import SPEC


def test_ids_collections_and_files(tmp_path: Path) -> None:
    file = tmp_path / "tones.yaml"
    file.write_text(SPEC.format(corpus="tones", utterances=24))
    assert [spec.id for spec in specs_named(["emo_db", str(file)])] == ["emo_db", "tones"]
    members = {spec.id for spec in specs_named(["@serab"])}
    assert members <= set(find_collection("serab").corpora)
    assert len(members) > 3


@pytest.mark.parametrize(
    ("name", "error", "told"),
    [
        ("emodb", SpecError, "did you mean 'emo_db'"),
        ("@serap", UsageError, "did you mean 'serab'"),
        ("gone.yaml", SpecError, "gone.yaml"),
    ],
)
def test_names_of_nothing(name: str, error: type[Exception], told: str) -> None:
    with pytest.raises(error, match=told):
        specs_named([name])
