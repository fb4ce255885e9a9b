from pathlib import Path

from pipeline.dataset.build_state import is_unfinished, mark_finished, mark_unfinished


def test_a_build_is_unfinished_from_its_mark_until_it_is_removed(tmp_path: Path) -> None:
    assert not is_unfinished(str(tmp_path))
    mark_unfinished(str(tmp_path))
    assert is_unfinished(str(tmp_path))
    mark_finished(str(tmp_path))
    assert not is_unfinished(str(tmp_path))
