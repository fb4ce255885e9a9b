from pathlib import Path

import pytest

from pipeline.common.errors import DataError
from pipeline.dataset.build_state import mark_unfinished
from pipeline.dataset.finished_check import check_finished
from pipeline.dataset.manifest import manifest_path
from tests.support.manifests import write_dataset


def test_a_whole_dataset_passes(tmp_path: Path) -> None:
    written = write_dataset(tmp_path)
    assert check_finished(str(tmp_path), ["tones", "bells"]) == written


def test_an_unfinished_build_is_found_out(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="ended without finishing the dataset"):
        check_finished(str(tmp_path), [])
    write_dataset(tmp_path)
    mark_unfinished(str(tmp_path))
    with pytest.raises(DataError, match="ended without finishing the dataset"):
        check_finished(str(tmp_path), ["tones"])


def test_a_missing_corpus_and_a_wrong_size_are_named(tmp_path: Path) -> None:
    write_dataset(tmp_path)
    with pytest.raises(DataError, match="missing from the manifest: chimes"):
        check_finished(str(tmp_path), ["tones", "chimes"])
    (tmp_path / "data/tones/test.parquet").write_bytes(b"PAR1")
    with pytest.raises(DataError, match="4 bytes where the manifest has 20 bytes"):
        check_finished(str(tmp_path), ["tones"])


def test_counts_must_add_up(tmp_path: Path) -> None:
    written = write_dataset(tmp_path)
    tones = written.corpora["tones"].model_copy(update={"found": 9})
    wrong = written.model_copy(update={"corpora": written.corpora | {"tones": tones}})
    Path(manifest_path(str(tmp_path))).write_text(wrong.model_dump_json())
    with pytest.raises(DataError, match=r"tones: 9 clips found, but .* are 2 \+ 0 \+ 1"):
        check_finished(str(tmp_path), ["tones"])
