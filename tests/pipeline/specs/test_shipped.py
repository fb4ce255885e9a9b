from pathlib import Path

import pytest

from pipeline.specs.loader import load_specs
from pipeline.specs.shipped import SHIPPED_SPECS, builtin_file, builtin_ids
from pipeline.specs.yaml_reader import SpecError


def test_every_shipped_id_has_a_file_and_the_scheme_is_none() -> None:
    assert builtin_ids() == sorted(builtin_ids())
    assert all(builtin_file(corpus).is_file() for corpus in builtin_ids())
    assert "emotions" not in builtin_ids()


def test_a_folder_of_that_name_where_the_user_is_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "corpora_specs").mkdir()
    (tmp_path / "corpora_specs" / "mine.yaml").touch()
    monkeypatch.chdir(tmp_path)
    assert "mine" not in builtin_ids()
    assert SHIPPED_SPECS.is_absolute()


def test_unknown_corpus_suggests_a_near_name() -> None:
    with pytest.raises(SpecError, match="did you mean 'emo_db'"):
        load_specs(["emodb"])
