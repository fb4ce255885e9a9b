import pytest

from pipeline.index.table_keys import comparable_key, key_tails


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        (r"wav\c1.wav", "wav/c1.wav"),
        (r".\wav\c1.wav", "wav/c1.wav"),
        ("./wav/c1.wav", "wav/c1.wav"),
        (".//c1.wav", "c1.wav"),
        (r"C:\data\c1.wav", "C:/data/c1.wav"),
        ("../c1.wav", "../c1.wav"),
        ("03a01Wa", "03a01Wa"),
    ],
)
def test_paths_of_every_system_are_one_key(written: str, plain: str) -> None:
    assert comparable_key(written) == plain


def test_only_absolute_paths_are_found_by_their_ends() -> None:
    assert list(key_tails(("wav/c1.wav", "x"))) == []
    assert list(key_tails(("C:/wav/c1.wav", "x"))) == [("wav/c1.wav", "x"), ("c1.wav", "x")]
    assert list(key_tails(("file:///wav/c1.wav",)))[-1] == ("c1.wav",)
