from pathlib import Path

import pytest

from pipeline.common.errors import UsageError
from training.config.yaml_file import LARGEST, read_yaml


def test_values_are_read_aliases_included(tmp_path: Path) -> None:
    path = tmp_path / "recipe.yaml"
    path.write_text("a: &a [1, 1e-5, no]\nb: *a\n")
    assert read_yaml(path) == {"a": [1, "1e-5", False], "b": [1, "1e-5", False]}
    path.write_text("")
    assert read_yaml(path) is None


@pytest.mark.parametrize(
    ("content", "expected"),
    [(b"a: [", "not YAML in UTF-8: while parsing"), (b"\xff", "not YAML in UTF-8: 'utf-8' codec"),
     (b"[" * 9_999, "nested too deeply"), (b"#" * (LARGEST + 1), "larger than the 1,000,000 bytes"),
     (b"? {}\n", "not YAML")],
)  # fmt: skip
def test_what_is_no_recipe_is_refused(content: bytes, expected: str, tmp_path: Path) -> None:
    path = tmp_path / "recipe.yaml"
    path.write_bytes(content)
    with pytest.raises(UsageError, match=expected):
        read_yaml(path)
