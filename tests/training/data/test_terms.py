"""What may be passed on is what a manifest says may be."""

import json
from pathlib import Path

import pytest

from training.data.terms import redistributable_corpora, redistribution


def test_only_corpora_that_are_said_to_may_be_passed_on(tmp_path: Path) -> None:
    corpora = {"a": {"redistribute": True}, "b": {"redistribute": False}, "c": {}}
    (tmp_path / "manifest.json").write_text(json.dumps({"corpora": corpora, "version": 1}))
    assert redistributable_corpora(tmp_path) == {"a"}
    assert redistribution(tmp_path) == {"a": True, "b": False, "c": None}


@pytest.mark.parametrize("content", [None, "", "{}", "[]"])
def test_where_nothing_says_so_none_may(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "manifest.json").write_text(content)
    assert redistributable_corpora(tmp_path) == frozenset()
