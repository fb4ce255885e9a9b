"""Names of classes: footer, card, infos and spec, in that order."""

import json
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.common.errors import DataError
from pipeline.sources.class_names import find_class_names

CARD = """---
license: mit
dataset_info:
- config_name: small
  features:
  - name: audio
    dtype: audio
  - name: label
    dtype:
      class_label:
        names:
          '0': anger
          '1': 'N'
- config_name: large
  features:
  - name: label
    dtype: {class_label: {names: {'0': joy, '1': fear}}}
---
# A card
"""
INFOS = {"default": {"features": {"label": {"names": ["x", "y"], "_type": "ClassLabel"}}}}


def footer(*names: str) -> dict[bytes, bytes]:
    features = {"label": {"names": list(names), "_type": "ClassLabel"}}
    return {b"huggingface": json.dumps({"info": {"features": features}}).encode()}


def find(
    files: Mapping[str, str],
    path: str = "data/x.parquet",
    metadata: Mapping[bytes, bytes] | None = None,
    stated: Mapping[str, str | None] | None = None,
) -> Mapping[str, str | None] | None:
    def read(name: str) -> bytes:
        if name not in files:
            raise FileNotFoundError(name)
        return files[name].encode()

    return find_class_names("label", path, metadata, read, stated)


def test_the_footer_precedes_card_infos_and_spec() -> None:
    card = CARD.replace("large", "small")
    files = {"README.md": card, "dataset_infos.json": json.dumps(INFOS)}
    assert find(files, metadata=footer("a", "b"), stated={"0": "s"}) == {"0": "a", "1": "b"}
    assert find({"dataset_infos.json": json.dumps(INFOS)}, stated={"0": "s", "-1": None}) == {
        "0": "x", "1": "y", "-1": None
    }  # fmt: skip
    assert find({}, stated={"0": "s"}) == {"0": "s"}
    assert find({}) is None


def test_the_folder_tells_the_configuration_of_a_card() -> None:
    assert find({"README.md": CARD}, "small/x.parquet") == {"0": "anger", "1": "N"}
    assert find({"README.md": CARD}, "large/train/x.parquet") == {"0": "joy", "1": "fear"}
    with pytest.raises(DataError, match="differently for small, large; keep each configuration"):
        find({"README.md": CARD})


def test_the_nearest_card_counts() -> None:
    near = CARD.replace("anger", "near").replace("large", "medium")
    assert find({"README.md": CARD, "a/README.md": near}, "a/small/x.parquet") == {
        "0": "near", "1": "N"
    }  # fmt: skip


@given(st.text(max_size=60), st.text(max_size=60), st.binary(max_size=60))
def test_what_is_no_card_names_nothing(card: str, infos: str, footer: bytes) -> None:
    files = {"README.md": f"---\n{card}\n---\n", "dataset_infos.json": infos}
    assert find(files, metadata={b"huggingface": footer}) is None
