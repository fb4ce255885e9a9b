"""Text of others as text: names, labels, licences, citations and paths in whatever is written.

Corpora, specs, manifests and models come from anyone. Nothing in them moves a terminal's cursor,
becomes a link that runs code, ends a table or is a formula of a spreadsheet.
"""

import re
from urllib.parse import quote, urlsplit

_CONTROLS = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)
"""Control characters but tab and newline, marks that reverse the order of letters, surrogates."""

_MARKDOWN = re.compile(r"[\\`*\[\]<|]|(?<!\w)_|_(?!\w)|~(?=~)|&(?=#?\w+;)")

_FORMULA = re.compile(r"[=+\-@\t\r]")


def printable(text: str) -> str:
    r"""Text for a terminal or a page: control characters are written out, as ``\x1b``."""
    return _CONTROLS.sub(lambda found: ascii(found[0])[1:-1], text)


def one_line(text: str) -> str:
    r"""Text for one line of a terminal: line ends and tabs are written out, too."""
    return printable(text).replace("\n", "\\n").replace("\t", "\\t")


def page_text(value: object) -> object:
    """A value for a template of HTML: text without control characters, markup as it is."""
    return printable(value) if isinstance(value, str) and not hasattr(value, "__html__") else value


def printable_json(text: str) -> str:
    """JSON for a terminal: what JSON need not escape, but terminals obey, is escaped, too."""
    return _CONTROLS.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def markdown(text: str) -> str:
    """Text within a line or a cell of Markdown, without links, marks, HTML or further lines."""
    line = printable(" ".join(text.split()))
    return _MARKDOWN.sub(lambda found: _MARKDOWN_ESCAPES.get(found[0], f"\\{found[0]}"), line)


def code(text: str) -> str:
    """Text between two backticks."""
    return printable(" ".join(text.split())).replace("`", "'")


_MARKDOWN_ESCAPES = {"<": "&lt;", "&": "&amp;"}


def is_web_address(address: str | None) -> bool:
    """Whether a link may lead there: ``http`` or ``https``, and no ``javascript:``."""
    if not address:
        return False
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.netloc)


def markdown_link(text: str, address: str | None) -> str:
    """A link in Markdown; the text alone where the address is none of the web."""
    if address is None or not is_web_address(address):
        return markdown(text)
    return f"[{markdown(text)}]({quote(address, safe=_OF_ADDRESSES)})"


_OF_ADDRESSES = "!#$%&'*+,/:;=?@~"


def csv_cell(cell: object) -> object:
    """A cell of CSV that no spreadsheet takes for a formula; other types than text as they are."""
    if not isinstance(cell, str):
        return cell
    text = printable(cell)
    return f"'{text}" if len(text) > 1 and _FORMULA.match(text) and not _is_number(text) else text


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
