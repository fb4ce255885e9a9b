"""The reference of the Python API: a page for each part of the face, rendered by mkdocstrings."""

import ast
import re

from docs.generate.markdown import block, bullets, code, page

_PARTS = {
    "assembling": ("Assembling", "Specs, builds and checks, and what a dataset says of itself."),
    "training": ("Training", "Recipes, data, models and the training loop."),
    "evaluating": ("Evaluating", "Scores of a model or a baseline, and what tells two apart."),
    "predicting": ("Predicting", "A model for recordings, and for programs without PyTorch."),
}

_PART_OF = {"training.evaluation": "evaluating", "training.inference": "predicting"}


def face_of(source: str) -> dict[str, str]:
    """Public name → the module that it is in, from the text of ``exhubert/__init__.py``."""
    modules: dict[str, str] = {}
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(
            ("pipeline", "training")
        ):
            modules |= {alias.name: node.module or "" for alias in node.names}
    exported = next(
        ast.literal_eval(node.value)
        for node in ast.parse(source).body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"
    )
    return {name: modules[name] for name in exported}


def python_pages(source: str) -> dict[str, str]:
    """File name → page; ``index.md`` is the overview."""
    face = face_of(source)
    names: dict[str, list[str]] = {part: [] for part in _PARTS}
    for name, module in face.items():
        names[_part(module)].append(name)
    pages = {f"{part}.md": _page(part, members, face) for part, members in names.items()}
    return {"index.md": _index(names)} | pages


def from_rest(docstring: str) -> str:
    """A docstring's roles, blocks and interactive sessions, as Markdown has them.

    >>> from_rest("Of :class:`~pipeline.schema.columns.Column`, as in::")
    'Of `Column`, as in:'
    """
    text = re.sub(r":\w+:`~[\w.]*?(\w+)`", r"`\1`", docstring)
    text = re.sub(r":\w+:`([^`]+)`", r"`\1`", text)
    text = re.sub(r"::$", ":", text, flags=re.M)
    return re.sub(r"^( *)>>> .*\n?(?:\1\S.*\n?)*", _session, text, flags=re.M)


def _session(found: re.Match[str]) -> str:
    """Lines of an interactive session, fenced at their own indent."""
    indent = found[1]
    return f"{indent}```pycon\n{found[0].rstrip()}\n{indent}```\n"


def _part(module: str) -> str:
    area = ".".join(module.split(".")[:2])
    return _PART_OF.get(area, "training" if module.startswith("training") else "assembling")


def _page(part: str, names: list[str], face: dict[str, str]) -> str:
    title, told = _PARTS[part]
    return page(f"# {title}", told, *(f"::: {face[name]}.{name}" for name in names))


def _index(names: dict[str, list[str]]) -> str:
    return page(
        "# Python",
        "All that a program needs is imported from `exhubert`, and loaded when it is first used:",
        block(
            "from exhubert import Classifier\n\n"
            'print(Classifier.from_pretrained("model").predict("recording.wav").label)',
            "python",
        ),
        bullets(
            f"[{_PARTS[part][0]}]({part}.md): {', '.join(map(code, members))}"
            for part, members in names.items()
        ),
    )
