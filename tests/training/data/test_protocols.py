import json
from pathlib import Path

import pytest

import exhubert
from pipeline.common.errors import DataError, UsageError
from pipeline.dataset.protocols import change_protocols
from tests.conftest import MakeCorpus, MakeSpec
from tests.pipeline.dataset.test_relabel import build
from training.data.protocols import read_protocol


@pytest.fixture
def dataset(make_spec: MakeSpec, make_corpus: MakeCorpus, tmp_path: Path) -> Path:
    build(make_spec(), make_corpus(), tmp_path / "dataset")
    change_protocols(str(tmp_path / "dataset"), ["loso"])
    return tmp_path / "dataset"


def test_a_protocol_is_read_as_it_was_written(dataset: Path) -> None:
    protocol = exhubert.read_protocol(dataset, "loso")
    assert [fold.name for fold in protocol.folds["tones"]] == ["1", "2", "3", "4"]
    assert protocol.label_set == {"tones": "six"}
    assert protocol.leaks == {"tones": dict.fromkeys("1234", (0, 0))}
    parts = protocol.parts("s02")
    assert parts["part"].value_counts().to_dict() == {"train": 18, "test": 6}


def test_a_protocol_that_is_not_there_is_named(dataset: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no protocol 'lozo'; did you mean 'loso'.*--add lozo"):
        read_protocol(dataset, "lozo")
    with pytest.raises(UsageError, match="missing"):
        read_protocol(tmp_path / "nothing", "loso")


def test_a_damaged_manifest_is_no_traceback(dataset: Path) -> None:
    content = json.loads((dataset / "manifest.json").read_text())
    content["protocols"]["loso"]["corpora"] = 3
    (dataset / "manifest.json").write_text(json.dumps(content))
    with pytest.raises(DataError, match=r"protocols\.loso\.corpora"):
        read_protocol(dataset, "loso")
