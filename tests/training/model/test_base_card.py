from pathlib import Path

import pytest

from training.model.base_card import UNKNOWN, licence_of_base


@pytest.mark.parametrize(
    ("card", "licence"),
    [
        ("---\nlicense: apache-2.0\n---\n# A base\n", "Apache-2.0"),
        ("---\nlicense: other\nlicense_name: ours\n---\n", "other"),
        ("---\nlibrary_name: transformers\n---\n", UNKNOWN),
        ("# No YAML\n", UNKNOWN),
        ("---\n- no mapping\n---\n", UNKNOWN),
        ("---\nlicense: [a\n---\n", UNKNOWN),
        (None, UNKNOWN),
    ],
)
def test_the_licence_is_the_one_that_the_card_states(
    card: str | None, licence: str, tmp_path: Path
) -> None:
    if card is not None:
        (tmp_path / "README.md").write_text(card, encoding="utf-8")
    assert licence_of_base(tmp_path) == licence


def test_random_weights_have_no_licence() -> None:
    assert licence_of_base(None) is None
