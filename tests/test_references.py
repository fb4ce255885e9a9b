"""What docstrings refer to is there, under the name that they give it."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

HOME = Path(__file__).parents[1]
PACKAGES = ("pipeline", "training", "exhubert", "demo", "benchmarks", "docs", "tests")
FILES = [file for package in PACKAGES for file in sorted((HOME / package).rglob("*.py"))]

_REFERENCE = re.compile(r":(?:mod|func|class|meth|attr|data|exc):`~?([\w.]+)`")


@cache
def names_in(file: Path) -> set[str]:
    """Names that a module defines or imports, and those in its classes, as ``Class.name``."""
    return set(_names(ast.parse(file.read_text(encoding="utf-8")).body, ""))


def _names(body: list[ast.stmt], inside: str) -> Iterator[str]:
    for node in body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield inside + node.name
            if isinstance(node, ast.ClassDef):
                yield from _names(node.body, f"{inside}{node.name}.")
        elif isinstance(node, ast.Import | ast.ImportFrom):
            yield from (inside + (alias.asname or alias.name) for alias in node.names)
        elif isinstance(node, ast.If | ast.Try):
            yield from _names([*node.body, *node.orelse], inside)
        else:
            found = (one for one in ast.walk(node) if isinstance(one, ast.Name | ast.Attribute))
            stored = (one for one in found if isinstance(one.ctx, ast.Store))
            yield from (inside + (one.id if isinstance(one, ast.Name) else "") for one in stored)


def is_there(target: str, file: Path) -> bool:
    """Whether a reference in a file leads somewhere: by its full name, or one of the module's."""
    parts = target.split(".")
    if parts[0] not in PACKAGES:
        names = names_in(file)
        return parts[0] in names or any(name.endswith(f".{target}") for name in names)
    for end in range(len(parts), 0, -1):
        module = HOME.joinpath(*parts[:end])
        if module.is_dir() or module.with_suffix(".py").is_file():
            rest = ".".join(parts[end:])
            own = module / "__init__.py" if module.is_dir() else module.with_suffix(".py")
            return not rest or rest in names_in(own)
    return False


def test_references_in_docstrings_lead_somewhere() -> None:
    lost = {
        f"{file.relative_to(HOME)}: {target}"
        for file in FILES
        for target in _REFERENCE.findall(file.read_text(encoding="utf-8"))
        if not is_there(target, file)
    }
    assert not lost, "\n".join(sorted(lost))
