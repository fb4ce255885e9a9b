"""What a file of Python imports, read without running it."""

import ast
from pathlib import Path


def imported_by(file: Path) -> set[str]:
    """Modules that a file imports, and names that it takes from them as if they were modules."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return names
