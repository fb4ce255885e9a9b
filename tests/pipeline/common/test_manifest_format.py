"""Builds and training refuse the same manifests, in the same words."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.common.errors import DataError
from pipeline.common.manifest_format import FORMAT, check_format
from pipeline.dataset.manifest import read_manifest
from training.data.dataset_files import list_shards
from training.data.protocols import read_protocol


def test_a_manifest_without_a_format_is_of_the_first() -> None:
    check_format(b"{}", "manifest.json")
    check_format(json.dumps({"format": FORMAT}).encode(), "manifest.json")


@pytest.mark.parametrize(
    "read", [read_manifest, list_shards, lambda dataset: read_protocol(dataset, "loso")]
)
def test_a_manifest_of_a_later_release_is_called_so(
    tmp_path: Path, read: Callable[[str], object]
) -> None:
    (tmp_path / "manifest.json").write_text('{"format": 99, "corpora": []}')
    with pytest.raises(DataError, match=r"manifest\.json: manifest format 99, .*update exhubert"):
        read(str(tmp_path))
