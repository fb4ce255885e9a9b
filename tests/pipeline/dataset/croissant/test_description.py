import json
import os
import subprocess
from pathlib import Path

import pytest

from pipeline.dataset.croissant.description import make_croissant
from pipeline.dataset.croissant.utterances import column_field
from pipeline.schema.record import COLUMNS
from tests.support.manifests import manifest


def test_every_column_is_a_field_with_its_meaning() -> None:
    utterances = json.loads(make_croissant(manifest()))["recordSet"][-1]
    fields = {field["name"].split("/")[1]: field for field in utterances["field"]}
    assert list(fields) == [column.name for column in COLUMNS]
    for column in COLUMNS:
        assert fields[column.name]["description"] == column.meaning.replace("`", "")


def test_pairs_are_repeated_fields_with_two_parts() -> None:
    (votes,) = [column_field(column) for column in COLUMNS if column.name == "votes"]
    assert votes["repeated"] is True
    assert [part["dataType"] for part in votes["subField"]] == ["sc:Text", "cr:Float32"]  # type: ignore[attr-defined]


def test_counts_corpora_and_terms_are_described() -> None:
    croissant = json.loads(make_croissant(manifest()))
    assert croissant["description"].startswith("3 utterances, 2.00 h of speech")
    assert croissant["license"] == ["CC0-1.0"]
    assert croissant["inLanguage"] == ["en-GB"]


def test_title_version_and_date_are_told() -> None:
    named = {"title": "Mine: one", "version": "1.2.0", "date_published": "2026-11-29"}
    croissant = json.loads(make_croissant(manifest().model_copy(update=named)))
    assert (croissant["name"], croissant["alternateName"]) == ("mine-one", "Mine: one")
    assert (croissant["version"], croissant["datePublished"]) == ("1.2.0", "2026-11-29")
    unnamed = json.loads(make_croissant(manifest()))
    assert (unnamed["name"], unnamed["version"]) == ("speech-emotion-corpora", "0.1.0")
    assert "datePublished" not in unnamed


@pytest.mark.slow
@pytest.mark.parametrize("day", [None, "2026-11-29"])
def test_mlcroissant_finds_no_fault(day: str | None, tmp_path: Path) -> None:
    """It lives in an environment of its own: docs/dataset.md says how to make one."""
    command = os.environ.get("EXHUBERT_MLCROISSANT")
    if not command:
        pytest.skip("EXHUBERT_MLCROISSANT names no mlcroissant command")
    file = tmp_path / "croissant.json"
    file.write_text(make_croissant(manifest().model_copy(update={"date_published": day})))
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    told = subprocess.run(
        [command, "validate", "--jsonld", str(file)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stderr
    assert ("warning" in told.stderr) == (day is None), told.stderr
