import json
from pathlib import Path

import pytest

from pipeline.audio.options import AudioOptions
from pipeline.common.errors import DataError, UsageError
from pipeline.dataset.manifest import Manifest, manifest_path, read_manifest, require_manifest
from tests.support.manifests import manifest, write_dataset


def test_a_manifest_is_read_as_it_was_written(tmp_path: Path) -> None:
    written = write_dataset(tmp_path)
    assert read_manifest(str(tmp_path)) == written
    assert require_manifest(str(tmp_path)).audio == AudioOptions("wav", "rms")


def test_audio_options_stand_in_it_as_in_earlier_releases() -> None:
    stored = json.loads(manifest().model_dump_json())
    assert stored["audio"] == {"codec": "wav", "normalize": "rms"}
    stored["audio"]["codec"] = "mp3"
    with pytest.raises(ValueError, match=r"audio\.codec"):
        Manifest.model_validate(stored)


def test_totals_are_those_of_the_corpora() -> None:
    assert (manifest().written, manifest().hours) == (3, 2.0)
    assert all(corpus.adds_up for corpus in manifest().corpora.values())


def test_a_folder_without_a_manifest_is_no_dataset(tmp_path: Path) -> None:
    assert read_manifest(str(tmp_path)) is None
    with pytest.raises(UsageError, match=r"no manifest\.json, so not a dataset"):
        require_manifest(str(tmp_path))


@pytest.mark.parametrize("content", ["[]", "{}", '{"corpora": 3}', "manifest"])
def test_what_is_no_manifest_is_named(tmp_path: Path, content: str) -> None:
    Path(manifest_path(str(tmp_path))).write_text(content)
    with pytest.raises(DataError, match=r"manifest\.json: not a manifest of this version"):
        read_manifest(str(tmp_path))


def test_a_protocol_whose_file_would_lie_elsewhere_is_refused(tmp_path: Path) -> None:
    stored = json.loads(manifest().model_dump_json())
    stored["protocols"] = {"../../precious": {"rule": "", "corpora": {}}}
    Path(manifest_path(str(tmp_path))).write_text(json.dumps(stored))
    with pytest.raises(DataError, match=r"\(protocols\..*expected a-z, 0-9 and single hyphens"):
        read_manifest(str(tmp_path))


@pytest.mark.parametrize(
    ("found", "changed"),
    [
        ('"data/tones/test.parquet"', '"../../precious.parquet"'),
        ('"data/tones/test.parquet"', '"/etc/passwd"'),
        ('"data/tones/test.parquet"', '"data/../../precious.parquet"'),
        ('"tones":{', '"../precious":{'),
    ],
)
def test_manifest_that_leads_out_of_the_dataset_is_refused(
    tmp_path: Path, found: str, changed: str
) -> None:
    content = manifest().model_dump_json()
    assert found in content
    Path(manifest_path(str(tmp_path))).write_text(content.replace(found, changed))
    with pytest.raises(DataError, match=r"not a manifest of this version \(corpora\..*expected"):
        read_manifest(str(tmp_path))
