"""Text of table files: the encoding of each is found among those that a spec names."""

import codecs
from collections.abc import Sequence

from pipeline.common.errors import DataError
from pipeline.common.spelling import compose

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # begins with the mark of UTF-16
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_USUAL = ("utf-8", "gb18030", "big5", "shift_jis", "cp949", "cp1251", "cp1252")
"""Encodings that a message names where they fit."""


def decode_text(content: bytes, encodings: Sequence[str], where: str) -> tuple[str, str]:
    """Text of a file, with plain line ends and composed letters, and its encoding.

    A mark at the beginning of a file decides. Else encodings are tried in order, and the first
    that fits counts.

    Args:
        content: Content of the file.
        encodings: Encodings, as Python calls them.
        where: Name of the file in errors.

    Raises:
        DataError: None of them fits.
    """
    marked = [name for mark, name in _MARKS if content.startswith(mark)][:1]
    for encoding in [*marked, *encodings]:
        text = _try(content, encoding, bool(marked))
        if text is not None:
            return compose(text.replace("\r\n", "\n").replace("\r", "\n")), encoding
    if b"\0" in content:
        hint = "it holds NUL bytes, as UTF-16 without a mark does: that is utf-16-le or utf-16-be"
    else:
        fitting = [name for name in _USUAL if _try(content, name, marked=False) is not None]
        hint = f"it would fit {' or '.join(fitting)}" if fitting else "it may be no text at all"
    raise DataError(
        f"{where}: is not text in {' or '.join(encodings)}; name its `encoding` in the spec "
        f"({hint})"
    )


def _try(content: bytes, encoding: str, marked: bool) -> str | None:
    """Text where the encoding fits; NULs show that it does not."""
    if codecs.lookup(encoding).name == "utf-16" and not marked:
        return None  # without its mark any bytes of even number pass for UTF-16
    try:
        text = content.decode(encoding)
    except UnicodeError:
        return None
    return None if "\0" in text else text
