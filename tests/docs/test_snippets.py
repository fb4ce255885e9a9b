"""Python in the documentation parses, and imports from the face what it has."""

import ast
import re
from pathlib import Path

import pytest

import exhubert

HOME = Path(__file__).parents[2]
PAGES = [HOME / "README.md", *sorted((HOME / "docs").glob("*.md"))]
SNIPPETS = [
    pytest.param(code, id=f"{page.name}-{number}")
    for page in PAGES
    for number, code in enumerate(
        re.findall(r"^```python\n(.*?)^```$", page.read_text(encoding="utf-8"), re.M | re.S)
    )
]


@pytest.mark.parametrize("code", SNIPPETS)
def test_snippets_parse_and_import_what_there_is(code: str) -> None:
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.ImportFrom) and node.module == "exhubert":
            assert {alias.name for alias in node.names} <= set(exhubert.__all__)
