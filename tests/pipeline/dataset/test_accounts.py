"""What is missing from a dataset is restored or named, and never counts as nothing."""

import shutil
from pathlib import Path

import pytest

from pipeline.audio.options import AudioOptions
from pipeline.common.errors import DataError
from pipeline.dataset.accounts import restore_receipts
from pipeline.dataset.manifest import require_manifest
from pipeline.dataset.relabel import relabel_dataset
from pipeline.planning.build_config import BuildConfig, Corpus
from pipeline.running.build import build_dataset
from pipeline.shards import receipts
from pipeline.specs.corpus_spec import CorpusSpec
from pipeline.specs.emotion_scheme import emotion_scheme
from pipeline.storage import files as storage
from tests.conftest import MakeCorpus, MakeSpec, write_tone

Corpora = dict[str, Corpus]


@pytest.fixture
def corpora(make_spec: MakeSpec, make_corpus: MakeCorpus) -> Corpora:
    made = {}
    for name in ("tones", "bells"):
        root = make_corpus(name)
        write_tone(root / "wav" / "s00_oth_0.wav")
        (root / "wav" / "s00_ang_7.wav").write_bytes(b"")
        made[name] = Corpus(make_spec(name), str(root))
    return made


@pytest.fixture
def dataset(corpora: Corpora, tmp_path: Path) -> Path:
    build(corpora, tmp_path / "dataset")
    return tmp_path / "dataset"


def build(corpora: Corpora, output: Path) -> None:
    build_dataset(BuildConfig(corpora, emotion_scheme(), str(output), AudioOptions()))


def specs_of(corpora: Corpora) -> dict[str, CorpusSpec]:
    return {name: corpus.spec for name, corpus in corpora.items()}


def accounts(dataset: Path) -> dict[str, bytes]:
    files = (*dataset.glob("*.json"), *dataset.glob("*.parquet"), *dataset.glob("data/*/*.parquet"))
    return {str(file.relative_to(dataset)): file.read_bytes() for file in files}


def test_dataset_copied_without_its_hidden_folder_is_relabelled_whole(
    dataset: Path, corpora: Corpora
) -> None:
    before = accounts(dataset)
    shutil.rmtree(dataset / ".build")
    relabel_dataset(str(dataset), specs_of(corpora), emotion_scheme())
    assert accounts(dataset) == before


def test_building_one_corpus_keeps_the_others_whose_receipts_are_missing(
    dataset: Path, corpora: Corpora
) -> None:
    before = accounts(dataset)
    shutil.rmtree(dataset / ".build")
    build({"tones": corpora["tones"]}, dataset)
    assert accounts(dataset) == before
    build(corpora, dataset)
    assert accounts(dataset) == before


@pytest.mark.parametrize("lost", ["train-00000-of-00001.json", "unwritten-00000-of-00001.json"])
def test_single_receipt_that_is_missing_is_restored(
    dataset: Path, corpora: Corpora, lost: str
) -> None:
    before = accounts(dataset)
    (dataset / ".build" / "bells" / lost).unlink()
    relabel_dataset(str(dataset), specs_of(corpora), emotion_scheme())
    (dataset / ".build" / "bells" / lost).unlink()
    build({"tones": corpora["tones"]}, dataset)
    assert accounts(dataset) == before


@pytest.mark.parametrize(
    ("lost", "message"),
    [
        (["data/bells/train-00000-of-00001.parquet"], r"train-00000-of-00001\.parquet: missing"),
        (["rejects.parquet"], r"bells: 26 clips were found, but .* account for 24"),
    ],
)
def test_what_can_not_be_restored_is_named_and_nothing_is_written(
    dataset: Path, corpora: Corpora, lost: list[str], message: str
) -> None:
    shutil.rmtree(dataset / ".build")
    for name in lost:
        (dataset / name).unlink()
    before = accounts(dataset)
    with pytest.raises(DataError, match=message):
        relabel_dataset(str(dataset), specs_of(corpora), emotion_scheme())
    with pytest.raises(DataError, match=message):
        build({"tones": corpora["tones"]}, dataset)
    assert accounts(dataset) == before
    build(corpora, dataset)
    assert require_manifest(str(dataset)).written == 48


def test_manifest_that_is_missing_does_not_delete_other_corpora(
    dataset: Path, corpora: Corpora
) -> None:
    before = accounts(dataset)
    (dataset / "manifest.json").unlink()
    with pytest.raises(DataError, match=r"manifest\.json is missing, though shards of bells lie"):
        build({"tones": corpora["tones"]}, dataset)
    build(corpora, dataset)
    assert accounts(dataset) == before


def test_receipt_that_a_listing_passes_over_is_found_by_name(
    corpora: Corpora, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(corpora, tmp_path / "whole")
    listed = receipts.list_receipts
    passed_over = "tones/train-00000-of-00001"
    monkeypatch.setattr(
        receipts, "list_receipts", lambda output: [s for s in listed(output) if s != passed_over]
    )
    build(corpora, tmp_path / "dataset")
    assert accounts(tmp_path / "dataset") == accounts(tmp_path / "whole")


def test_receipt_that_vanishes_during_a_build_is_an_error(
    corpora: Corpora, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = storage.write_atomic
    lost = "bells/unwritten-00000-of-00001.json"

    def write_or_lose(path: str, content: bytes) -> None:
        if not path.endswith(lost):
            write(path, content)

    monkeypatch.setattr(storage, "write_atomic", write_or_lose)
    with pytest.raises(DataError, match=r"unwritten-00000-of-00001\.json: missing"):
        build(corpora, tmp_path / "dataset")
    assert not (tmp_path / "dataset" / "manifest.json").exists()


def test_whole_dataset_is_left_alone(dataset: Path) -> None:
    before = {file: file.stat().st_mtime_ns for file in dataset.rglob("*")}
    restore_receipts(str(dataset), require_manifest(str(dataset)))
    assert {file: file.stat().st_mtime_ns for file in dataset.rglob("*")} == before
