import pytest

from pipeline.common.errors import DataError
from pipeline.index.table_text import decode_text


@pytest.mark.parametrize(
    ("written", "named", "chosen"),
    [
        ("utf-8", ["utf-8-sig"], "utf-8-sig"),
        ("utf-8-sig", ["cp1252"], "utf-8-sig"),
        ("utf-16", ["utf-8-sig"], "utf-16"),
        ("utf-32", ["utf-8-sig"], "utf-32"),
        ("gbk", ["utf-16", "utf-8-sig", "gb2312", "cp1252"], "gb2312"),
        ("cp1252", ["utf-16", "utf-8-sig", "gb2312", "cp1252"], "cp1252"),
        ("utf-16-le", ["utf-8-sig", "utf-16-le"], "utf-16-le"),
    ],
)
def test_the_mark_decides_and_then_the_order(written: str, named: list[str], chosen: str) -> None:
    text = "It’s an apostrophe.\r\n"
    assert decode_text(text.encode(written), named, "t") == ("It’s an apostrophe.\n", chosen)


def test_decomposed_letters_are_composed() -> None:
    assert decode_text("cole\u0300re".encode(), ["utf-8"], "t")[0] == "col\u00e8re"


@pytest.mark.parametrize(
    ("content", "hint"),
    [
        ("file,emotion".encode("utf-16-le"), "utf-16-le or utf-16-be"),
        ("生气".encode("gbk"), "it would fit gb18030"),
        ("schön".encode("cp1252"), "cp1252"),
        (b"\x81\xff\xfe\x81", "name its `encoding`"),
        (b"\xff", "name its `encoding`"),
    ],
)
def test_what_fits_nothing_is_refused_with_what_would(content: bytes, hint: str) -> None:
    with pytest.raises(DataError, match="t: is not text in utf-8; name its `encoding`") as error:
        decode_text(content, ["utf-8"], "t")
    assert hint in str(error.value)


def test_codecs_that_never_fit_are_no_traceback() -> None:
    with pytest.raises(DataError):
        decode_text(b"xn--\xff", ["idna"], "t")
