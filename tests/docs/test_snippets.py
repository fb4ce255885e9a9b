"""Python in the documentation parses, and imports what is ours from the face alone."""

import ast

import pytest

import exhubert
from tests.support.fenced import PAGES, blocks

INSIDE = {"pipeline", "training", "demo"}
"""Packages that users import nothing from."""

SNIPPETS = [
    pytest.param(block.text, id=f"{page.name}-{number}")
    for page in PAGES
    for number, block in enumerate(one for one in blocks(page) if one.language == "python")
]


@pytest.mark.parametrize("code", SNIPPETS)
def test_snippets_parse_and_import_what_there_is(code: str) -> None:
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import):
            assert not INSIDE & {alias.name.partition(".")[0] for alias in node.names}
        if isinstance(node, ast.ImportFrom) and node.module:
            assert node.module.partition(".")[0] not in INSIDE
            if node.module == "exhubert":
                assert {alias.name for alias in node.names} <= set(exhubert.__all__)


def test_snippets_are_found() -> None:
    assert len(SNIPPETS) > 12
