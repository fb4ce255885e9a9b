"""Private names of libraries stand in the files that say why, and nowhere else."""

import ast
from collections.abc import Iterator
from pathlib import Path

HOME = Path(__file__).parents[1]
PACKAGES = ("pipeline", "training", "exhubert", "demo", "docs")
TREES = {
    str(file.relative_to(HOME)): ast.parse(file.read_text(encoding="utf-8"))
    for package in PACKAGES
    for file in sorted((HOME / package).rglob("*.py"))
}

STATED = {
    ("pipeline/storage/gcs.py", "_http"),
    ("training/data/shared_memory.py", "_new_shared"),
    ("training/model/transformers_contract.py", "_attn_implementation"),
    ("training/model/transformers_contract.py", "_init_weights"),
    ("training/model/transformers_contract.py", "_no_split_modules"),
}
"""File and private name: each is explained there, and held by a test of that file."""

DOCUMENTED = {"_asdict", "_exit", "_fields", "_make", "_replace"}
"""Names of Python's own that are public for all their underscore: of named tuples, and of os."""

HOOKS = {"_init_weights", "_no_split_modules"}
"""Private names of transformers that a class of ours defines, so that it looks like our own."""

BY_NAME = {"getattr", "hasattr", "setattr"}


def is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__")


def own_names(tree: ast.AST) -> Iterator[str]:
    """Names that a file defines: functions, classes, variables, and attributes of its classes."""
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name) | ast.arg(arg=name):
                yield name
            case ast.Name(id=name, ctx=ast.Store()):
                yield name
            case ast.Attribute(ast.Name("self" | "cls"), name, ast.Store()):
                yield name


def used_names(tree: ast.AST) -> Iterator[str]:
    """Attributes that a file reads or defines, arguments that it names, parts of its imports."""
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(attr=name) | ast.FunctionDef(name=name) | ast.keyword(arg=str(name)):
                yield name
            case ast.Import(names=names):
                yield from (part for each in names for part in each.name.split("."))
            case ast.ImportFrom(module=module, names=names):
                yield from (module or "").split(".")
                yield from (each.name for each in names)
            case ast.Call(ast.Name(call), [_, ast.Constant(str(name)), *_]) if call in BY_NAME:
                yield name


def test_private_names_of_libraries_stand_where_they_are_explained() -> None:
    ours = {file: {*own_names(tree)} - HOOKS for file, tree in TREES.items()}
    used = {
        (file, name)
        for file, tree in TREES.items()
        for name in used_names(tree)
        if is_private(name) and name not in ours[file] | DOCUMENTED
    }
    assert used == STATED


def test_dunders_that_have_a_public_function_are_not_read() -> None:
    public = {"__args__", "__origin__", "__dataclass_fields__"}
    strings = {
        (file, node.value)
        for file, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in public
    }
    names = {(file, name) for file, tree in TREES.items() for name in used_names(tree)}
    assert not {each for each in strings | names if each[1] in public}


def test_what_is_stated_is_explained_there() -> None:
    for file, name in STATED:
        assert f"{name}``" in (HOME / file).read_text(encoding="utf-8")
