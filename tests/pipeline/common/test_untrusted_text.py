"""What others wrote appears as text in whatever is written."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from pipeline.common.untrusted_text import (
    code,
    csv_cell,
    is_web_address,
    markdown,
    markdown_link,
    one_line,
    page_text,
    printable,
    printable_json,
)


def test_terminals_are_sent_no_commands() -> None:
    assert printable("\x1b]0;title\x07\x9b31m\rname\u202egnp") == (
        r"\x1b]0;title\x07\x9b31m\rname\u202egnp"
    )
    assert printable("zwei\nZeilen\tKäse 中文 \udcff") == "zwei\nZeilen\tKäse 中文 \\udcff"


@given(st.text())
def test_json_says_the_same(text: str) -> None:
    shown = printable_json(json.dumps({"a": text}, ensure_ascii=False))
    assert json.loads(shown) == {"a": text}
    assert not any(ord(letter) < 32 or 127 <= ord(letter) < 160 for letter in shown)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<script>alert(1)</script>", "&lt;script>alert(1)&lt;/script>"),
        ("a | b\n# c", r"a \| b # c"),
        ("[x](javascript:alert(1))", r"\[x\](javascript:alert(1))"),
        ("![x](http://a/b.png)", r"!\[x\](http://a/b.png)"),
        ("*bold* _soft_ `code` ~~gone~~", r"\*bold\* \_soft\_ \`code\` \~~gone\~~"),
        ("&lt;b&gt; R&D", "&amp;lt;b&amp;gt; R&D"),
        ("emo_db: Müller & Co. (2005), 5–9.", "emo_db: Müller & Co. (2005), 5–9."),
    ],
)
def test_markdown_shows_text(text: str, expected: str) -> None:
    assert markdown(text) == expected


def test_code_ends_where_it_should() -> None:
    assert code("a`b`\n<c>") == "a'b' <c>"


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", "JavaScript:alert(1)", " javascript:alert(1)", "data:text/html,x",
     "file:///etc/passwd", "//a.org", "http:x", "http://[", "", None],
)  # fmt: skip
def test_links_lead_to_the_web_only(address: str | None) -> None:
    assert not is_web_address(address)
    assert markdown_link("CC0", address) == "CC0"


def test_addresses_end_no_link() -> None:
    link = markdown_link("CC [0]", "https://a.org/x) [y](javascript:z)|%20\n_(q)?a=b&c#d")
    assert link.startswith(r"[CC \[0\]](https://a.org/x%29%20%5By%5D%28javascript:z%29%7C%20")
    assert link.count("(") == 1


@pytest.mark.parametrize("cell", ["=1+1", "@SUM(A1)", "+cmd|' /C calc'!A0", "-2+3", "\tx", "\r=1"])
def test_cells_are_no_formulas(cell: str) -> None:
    assert str(csv_cell(cell)).startswith("'") or str(csv_cell(cell)).startswith("\\r")


@pytest.mark.parametrize("cell", ["-", "+", "-1.5", "+1e3", "a=b", "a-b", 1.5, -2, None, "neutral"])
def test_other_cells_stay(cell: object) -> None:
    assert csv_cell(cell) == cell


def test_a_name_with_line_ends_stays_on_its_line() -> None:
    assert one_line("a\nerror: b\t\x1b[31m") == "a\\nerror: b\\t\\x1b[31m"


def test_pages_hold_no_control_characters_but_their_own_html() -> None:
    assert page_text("\x1b<b>") == "\\x1b<b>"
    assert page_text(3) == 3
    assert page_text(Markup("<b>\x1b</b>")) == Markup("<b>\x1b</b>")
