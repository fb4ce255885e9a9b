import json
import shutil
from pathlib import Path

import pandas as pd
import pytest

from pipeline.common.errors import UsageError
from pipeline.dataset.manifest import Manifest, require_manifest
from pipeline.dataset.protocols import change_protocols
from pipeline.dataset.relabel import relabel_dataset
from pipeline.dataset.verify import verify_dataset
from pipeline.specs.emotion_scheme import emotion_scheme
from tests.conftest import MakeCorpus, MakeSpec
from tests.support.builds import build

PROTOCOLS = "{takes: {of: take}}"


@pytest.fixture
def dataset(make_spec: MakeSpec, make_corpus: MakeCorpus, tmp_path: Path) -> Path:
    build(make_spec(protocols=PROTOCOLS), make_corpus(), tmp_path / "dataset")
    return tmp_path / "dataset"


def test_a_protocol_is_added_without_touching_shards(dataset: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in dataset.glob("data/*/*")}
    manifest = change_protocols(str(dataset), ["loso", "2-fold", "loso-categories"])
    assert {path: path.stat().st_mtime_ns for path in dataset.glob("data/*/*")} == before
    assert list(manifest.protocols) == ["2-fold", "loso", "loso-categories"]
    folds = manifest.protocols["loso"].corpora["tones"].folds
    assert [(fold.held_out, fold.train, fold.test) for fold in folds] == [
        ([f"s{n:02d}"], 18, 6) for n in range(4)
    ]
    assert verify_dataset(str(dataset))[1] == []
    assert require_manifest(str(dataset)) == manifest


def test_another_protocol_raises_the_version_by_a_patch(dataset: Path) -> None:
    before = require_manifest(str(dataset)).version
    added = change_protocols(str(dataset), ["loso"]).version
    assert (before, added) == ("0.1.0", "0.1.1")
    assert change_protocols(str(dataset), ["loso"]).version == added  # the same folds again
    assert change_protocols(str(dataset), remove=["loso"]).version == "0.1.2"
    assert "0.1.2" in (dataset / "README.md").read_text(encoding="utf-8")


def test_a_stated_protocol_goes_by_a_field_that_the_build_keeps(dataset: Path) -> None:
    manifest = change_protocols(str(dataset), ["takes"])
    folds = manifest.protocols["takes"].corpora["tones"].folds
    assert [(fold.held_out, fold.test) for fold in folds] == [(["0"], 12), (["1"], 12)]


def test_a_copy_without_hidden_files_can_have_more(dataset: Path) -> None:
    shutil.rmtree(dataset / ".build")
    assert len(change_protocols(str(dataset), ["loso"]).protocols["loso"].corpora) == 1


def test_the_same_folds_are_the_same_bytes(dataset: Path) -> None:
    change_protocols(str(dataset), ["loso"])
    first = (dataset / "protocols" / "loso.parquet").read_bytes()
    change_protocols(str(dataset), remove=["loso"])
    assert list((dataset / "protocols").iterdir()) == []
    change_protocols(str(dataset), ["loso"])
    assert (dataset / "protocols" / "loso.parquet").read_bytes() == first


def test_building_again_keeps_protocols_true(
    dataset: Path, make_spec: MakeSpec, make_corpus: MakeCorpus
) -> None:
    change_protocols(str(dataset), ["loso", "takes"])
    build(make_spec("bells"), make_corpus("bells", speakers=2), dataset)
    build(make_spec(protocols=PROTOCOLS), make_corpus(speakers=5), dataset)
    protocols = require_manifest(str(dataset)).protocols
    assert {name: len(one.folds) for name, one in protocols["loso"].corpora.items()} == {
        "bells": 2,
        "tones": 5,
    }
    assert protocols["takes"].corpora.keys() == {"tones"}
    assert verify_dataset(str(dataset))[1] == []


def test_relabelling_keeps_protocols_true(dataset: Path, make_spec: MakeSpec) -> None:
    change_protocols(str(dataset), ["loso-categories"])
    spec = make_spec(
        protocols=PROTOCOLS, emotions="{ang: irritation, hap: happiness}", exclude="{neu: none}"
    )
    manifest, _ = relabel_dataset(str(dataset), {"tones": spec}, emotion_scheme())
    corpus = manifest.protocols["loso-categories"].corpora["tones"]
    assert corpus.classes == ["happiness", "irritation"]
    assert [(fold.train, fold.test) for fold in corpus.folds] == [(12, 4)] * 4
    table = pd.read_parquet(dataset / "protocols" / "loso-categories.parquet")
    assert set(table["label"]) == {"happiness", "irritation"}
    assert verify_dataset(str(dataset))[1] == []


def test_verify_knows_the_files(dataset: Path) -> None:
    change_protocols(str(dataset), ["loso", "2-fold"])
    (dataset / "protocols" / "loso.parquet").unlink()
    (dataset / "protocols" / "2-fold.parquet").write_bytes(b"x")
    (dataset / "protocols" / "other.parquet").write_bytes(b"x")
    faults = {fault.path: fault.problem for fault in verify_dataset(str(dataset))[1]}
    assert "missing" in faults["protocols/loso.parquet"]
    assert "--add 2-fold" in faults["protocols/2-fold.parquet"]
    assert faults["protocols/other.parquet"] == "is not named by the manifest"


@pytest.mark.parametrize(
    ("add", "remove", "why"),
    [
        (["session"], [], "fits none of its corpora; expected loso"),
        (["9-fold"], [], "tones: 4 speakers known for 9 folds"),
        (["Loso"], [], "expected a-z"),
        ([], ["loso"], "has no protocol 'loso'"),
    ],
)
def test_what_can_not_be_is_refused(
    dataset: Path, add: list[str], remove: list[str], why: str
) -> None:
    with pytest.raises(UsageError, match=why):
        change_protocols(str(dataset), add, remove)
    assert not (dataset / "protocols").exists()


def test_published_folds_come_with_the_build(
    make_spec: MakeSpec, make_corpus: MakeCorpus, tmp_path: Path
) -> None:
    root = make_corpus("savee")
    for path in sorted((root / "wav").iterdir()):
        names = {"s00": "DC", "s01": "JE", "s02": "JK", "s03": "KL"}
        path.rename(path.with_name(names[path.name[:3]] + path.name[3:]))
    pattern = "'(?P<speaker>[A-Z]+)_(?P<emotion>[a-z]+)_(?P<take>\\d+)\\.wav$'"
    build(make_spec("savee", path=pattern), root, tmp_path / "dataset")
    protocols = require_manifest(str(tmp_path / "dataset")).protocols
    assert list(protocols) == ["emobox", "emobox-speaker-independent"]
    folds = protocols["emobox"].corpora["savee"].folds
    assert [(fold.held_out, fold.test) for fold in folds] == [
        ([speaker], 6) for speaker in ("JE", "KL", "DC", "JK")
    ]
    assert folds[0].published == {"train": 360, "test": 120}


def test_manifests_of_earlier_releases_have_none(dataset: Path) -> None:
    path = dataset / "manifest.json"
    content = json.loads(path.read_text())
    del content["protocols"]
    assert Manifest.model_validate(content).protocols == {}
