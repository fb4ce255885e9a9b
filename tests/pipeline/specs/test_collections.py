import pytest

from pipeline.common.errors import UsageError
from pipeline.specs.collections import (
    choose_corpora,
    collections_of,
    find_collection,
    load_collections,
)
from pipeline.specs.published_protocols import published_corpora


def test_collections_have_as_many_corpora_as_their_papers_say() -> None:
    sizes = {name: len(set(one.corpora)) for name, one in load_collections().items()}
    assert sizes == {"emoset": 26, "emoset++": 37, "emobox": 32, "cameo": 13, "serab": 9}
    assert set(load_collections()["emoset"].corpora) < set(load_collections()["emoset++"].corpora)
    assert sorted(find_collection("@emobox").corpora) == list(published_corpora("emobox"))


def test_a_collection_stands_for_those_of_its_corpora_that_are_there() -> None:
    chosen = choose_corpora(["nemo", "@serab", "emo_db"], ["emo_db", "nemo", "savee"])
    assert chosen.corpora == ["nemo", "emo_db", "savee"]
    assert chosen.named == ["nemo", "emo_db"]
    assert chosen.lacking == {
        "@serab": ["aesdd", "cafe", "crema_d", "emovo", "iemocap", "ravdess", "shemo"]
    }


@pytest.mark.parametrize(
    ("name", "why"),
    [("@emobax", "did you mean 'emobox'"), ("@x", "there are @emoset"), ("@serab", "none of its")],
)
def test_a_collection_that_is_not_there_is_refused(name: str, why: str) -> None:
    with pytest.raises(UsageError, match=why):
        choose_corpora([name], ["nemo"])


def test_a_corpus_knows_its_collections() -> None:
    assert collections_of("savee") == ["emoset++", "emobox", "serab"]
