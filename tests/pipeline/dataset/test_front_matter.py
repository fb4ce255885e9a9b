"""The head of the card, as the hub's own client and ``datasets`` read it."""

from typing import Any

import datasets
import pytest
import yaml
from datasets.info import DatasetInfosDict
from huggingface_hub import DatasetCard, DatasetCardData
from hypothesis import given
from hypothesis import strategies as st

from pipeline.dataset.card import make_card
from pipeline.dataset.front_matter import make_front_matter, size_category
from pipeline.dataset.manifest import Manifest
from pipeline.schema.columns import hugging_face_features
from pipeline.schema.record import COLUMNS
from tests.support.manifests import manifest


def licensed(**licences: str) -> Manifest:
    mixed = manifest()
    return mixed.model_copy(
        update={
            "corpora": {
                name: entry.model_copy(update={"licence": licences[name]})
                for name, entry in mixed.corpora.items()
            }
        }
    )


def head(dataset: Manifest) -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load(make_front_matter(dataset))
    return read


def test_the_hub_s_client_reads_the_card_and_keeps_its_data() -> None:
    card = DatasetCard(make_card(manifest()), ignore_metadata_errors=False)
    assert isinstance(card.data, DatasetCardData)
    assert card.data.to_dict() == head(manifest())
    assert card.data.license == "cc0-1.0"
    assert card.data.size_categories == ["n<1K"]
    assert card.text.lstrip().startswith("# Speech emotion corpora")


def test_datasets_reads_features_splits_and_sizes_of_every_configuration() -> None:
    infos = DatasetInfosDict.from_dataset_card_data(DatasetCard(make_card(manifest())).data)
    assert list(infos) == ["all", "bells", "tones"]
    for info in infos.values():
        assert info.features == datasets.Features.from_dict(hugging_face_features(COLUMNS))
    counts = {name: (split.num_examples, split.num_bytes) for name, split in splits(infos["all"])}
    assert counts == {"train": (2, 40), "test": (1, 20)}
    assert [name for name, _ in splits(infos["bells"])] == ["train"]
    assert infos["tones"].download_size == infos["tones"].dataset_size == 30


def splits(info: datasets.DatasetInfo) -> list[tuple[str, datasets.SplitInfo]]:
    assert info.splits is not None
    return list(info.splits.items())


@pytest.mark.parametrize(
    ("tones", "bells", "licence"),
    [
        ("CC-BY-4.0", "CC-BY-4.0", "cc-by-4.0"),
        ("ODbL-1.0", "ODbL-1.0", "odbl"),
        ("CC-BY-4.0", "CC0-1.0", "other"),
        ("EULA", "EULA", "other"),
    ],
)
def test_one_licence_is_named_where_all_corpora_have_it(
    tones: str, bells: str, licence: str
) -> None:
    told = head(licensed(tones=tones, bells=bells))
    assert told["license"] == licence
    assert ("license_name" in told) == (licence == "other")


@given(st.integers(0, 10**13))
def test_a_size_lies_within_its_category(rows: int) -> None:
    units = {"K": 10**3, "M": 10**6, "B": 10**9, "T": 10**12}

    def number(text: str) -> int:
        return int(text[:-1]) * units[text[-1]]

    match size_category(rows).replace(">", "<>").split("<"):
        case ["n", bound] if bound.startswith(">"):
            assert rows >= number(bound[1:])
        case ["n", bound]:
            assert rows < number(bound)
        case [least, "n", bound]:
            assert number(least) <= rows < number(bound)
        case other:
            raise AssertionError(other)
