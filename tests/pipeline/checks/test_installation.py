"""What an installation has: everything is told, and what is missing comes with what to do."""

import pytest

from pipeline.checks import installation
from pipeline.checks.installation import examine_installation
from pipeline.common.errors import DataError
from pipeline.common.extras import EXTRAS


def test_everything_is_told() -> None:
    found = examine_installation()
    facts = {fact.name: fact for part in found.values() for fact in part}
    assert {"Python", "cores", "memory", "FFmpeg", "corpora", "s3://", *EXTRAS} <= facts.keys()
    assert "wav" in facts["files"].value.split()
    assert not any(fact.serious for fact in facts.values())


def test_what_is_missing_comes_with_the_command_that_brings_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(installation, "_is_there", lambda package: package != "opensmile")
    (fact,) = [f for f in examine_installation()["extras"] if f.name == "baseline"]
    assert fact.value == "without opensmile"
    assert "pip install" in str(fact.problem)


def test_a_broken_spec_is_serious(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise DataError("emo_db.yaml:3: no YAML")

    monkeypatch.setattr(installation, "load_specs", broken)
    (fact,) = examine_installation()["specs"]
    assert fact.serious
    assert "emo_db.yaml:3" in str(fact.problem)


def test_a_full_disk_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installation, "_LEAST_FREE", 1 << 80)
    disks = [f for f in examine_installation()["machine"] if f.name.startswith("disk")]
    assert all(fact.problem for fact in disks)
