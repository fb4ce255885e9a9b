import markdown as python_markdown
from hypothesis import given
from hypothesis import strategies as st

from docs.generate.markdown import block, bullets, code, facts, page, prose, section, table


def html(text: str) -> str:
    return python_markdown.markdown(text, extensions=["tables", "fenced_code"])


def test_bars_stay_in_their_cell() -> None:
    shown = html(table(["pattern", "note"], [["`LO|MD`", "one | two"]]))
    assert "<code>LO|MD</code>" in shown
    assert "one &#124; two" in shown
    assert shown.count("<td>") == 2


def test_tables_without_rows_are_nothing() -> None:
    assert table(["a"], []) == ""
    assert facts({"known": None}) == ""


def test_code_may_hold_backticks() -> None:
    assert "<code>a ` b</code>" in html(code("a ` b"))
    assert block("```yaml\n```", "md").startswith("````md\n")


@given(st.text("<>&*_`[]|#\\ ab", min_size=1))
def test_prose_makes_no_element_of_its_own(text: str) -> None:
    shown = html(f"so {prose(text)}")
    for element in ("<a>", "<b>", "<em>", "<strong>", "<h1>", "<table>"):
        assert element not in shown


def test_addresses_become_links() -> None:
    assert prose("see https://example.org/a_b.") == "see <https://example.org/a_b>."


def test_empty_parts_are_left_out() -> None:
    assert page("# A", "", bullets(["b"])) == "# A\n\n- b\n"
    assert section("Empty", "", "") == ""
