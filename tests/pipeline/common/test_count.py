import pytest

from pipeline.common.count import count


@pytest.mark.parametrize(
    ("number", "words", "text"),
    [
        (0, ("clip",), "0 clips"),
        (1, ("corpus", "corpora"), "1 corpus"),
        (1200, ("corpus", "corpora"), "1,200 corpora"),
    ],
)
def test_one_and_many_are_told_apart(number: int, words: tuple[str, ...], text: str) -> None:
    assert count(number, *words) == text
