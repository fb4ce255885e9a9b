from pathlib import Path

import pytest

from pipeline.common.errors import DataError, UsageError
from pipeline.dataset.build_state import mark_unfinished
from pipeline.dataset.publication import check_publishable, plan_publication
from tests.support.manifests import manifest, write_dataset


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    write_dataset(tmp_path)
    for name in ("README.md", "croissant.json", "rejects.parquet", "mine.txt"):
        (tmp_path / name).write_text(name)
    return tmp_path


def test_shards_come_first_and_the_card_last(dataset: Path) -> None:
    _, files = plan_publication(dataset)
    paths = [file.path for file in files]
    assert all(path.startswith("data/") for path in paths[:3])
    assert paths[-1] == "README.md"
    assert "mine.txt" not in paths
    assert [file.size for file in files[:3]] == [30, 20, 10]


def test_an_unfinished_build_is_not_published(dataset: Path) -> None:
    mark_unfinished(str(dataset))
    with pytest.raises(DataError, match="without finishing"):
        plan_publication(dataset)


def test_every_corpus_that_is_held_back_is_named_with_its_terms() -> None:
    check_publishable("d", manifest(True))
    mixed = manifest(False)
    link = {"licence": "EULA", "licence_url": "https://example.org/eula", "own_spec": True}
    mixed.corpora["tones"] = mixed.corpora["tones"].model_copy(update=link)
    with pytest.raises(UsageError) as refused:
        check_publishable("d", mixed)
    told = str(refused.value)
    assert "tones: the terms of Tones do not let it be passed on: EULA (https://exa" in told
    assert "as a spec of your own has it" in told
    assert "bells: the terms of Bells" in told
