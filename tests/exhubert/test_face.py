"""``import exhubert``: complete, lazy, typed."""

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import FunctionType
from typing import get_args, get_type_hints

import pytest

import exhubert

HOME = Path(__file__).parents[2]


def run(code: str, folder: Path | None = None) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(HOME)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_importing_it_loads_nothing_heavy() -> None:
    done = run(
        "import sys, time; begun = time.perf_counter(); import exhubert\n"
        "print(time.perf_counter() - begun, *sorted({m.partition('.')[0] for m in sys.modules}))"
    )
    seconds, *loaded = done.stdout.split()
    assert float(seconds) < 0.2
    heavy = {"apache_beam", "torch", "transformers", "numpy", "pyarrow", "pydantic"}
    assert not heavy & {*loaded}


@pytest.mark.parametrize("name", exhubert.__all__)
def test_every_name_is_there(name: str) -> None:
    assert getattr(exhubert, name) is not None
    assert name in dir(exhubert)


def test_all_of_what_type_checkers_see_is_found_and_announced() -> None:
    assert exhubert.__file__
    tree = ast.parse(Path(exhubert.__file__).read_text())
    (typed,) = [node for node in tree.body if isinstance(node, ast.If)]
    seen = {
        (imported.module, alias.name)
        for imported in typed.body
        if isinstance(imported, ast.ImportFrom)
        for alias in imported.names
    }
    assert seen == {(module, name) for name, module in exhubert._MODULE_OF.items()}
    assert sorted(exhubert._MODULE_OF) == sorted(exhubert.__all__)


def classes_in(annotation: object) -> Iterator[type]:
    """Classes of ours that an annotation names, in its arguments, too."""
    if isinstance(annotation, type) and annotation.__module__.startswith(("pipeline", "training")):
        yield annotation
    for argument in get_args(annotation):
        yield from classes_in(argument)


BUILT = ("AudioOptions", "BuildConfig", "Corpus", "FoldChoice", "RowChoice")
"""Classes whose fields users fill."""

FOR_WORKERS = {"ProgressWriter"}
"""What a build fills itself."""


@pytest.mark.parametrize(
    "name",
    [*BUILT, *(n for n in exhubert.__all__ if isinstance(getattr(exhubert, n), FunctionType))],
)
def test_what_is_taken_and_given_is_on_the_face_too(name: str) -> None:
    annotations = get_type_hints(getattr(exhubert, name)).values()
    named = {each.__name__ for annotation in annotations for each in classes_in(annotation)}
    assert named - FOR_WORKERS <= set(exhubert.__all__)


def test_names_that_are_not_there_are_attribute_errors() -> None:
    with pytest.raises(AttributeError, match="module 'exhubert' has no attribute 'Klassifier'"):
        exhubert.Klassifier  # noqa: B018


def test_specs_and_recipes_need_neither_beam_nor_torch() -> None:
    done = run(
        "import sys; from exhubert import CorpusSpec, load_recipe, load_specs\n"
        "assert len(load_specs()) > 30 and load_recipe('tiny').name == 'tiny'\n"
        "print({'apache_beam', 'torch'} & sys.modules.keys())"
    )
    assert done.stdout == "set()\n", done.stderr


def test_a_missing_extra_is_named() -> None:
    done = run("import sys; sys.modules['torch'] = None; from exhubert import Classifier")
    assert "ImportError: exhubert.Classifier: this needs torch, which is not installed" in (
        done.stderr
    )
    assert "[train]'" in done.stderr


def test_the_old_import_of_the_classifier_works_and_warns(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delitem(sys.modules, "training.predict", raising=False)
    with pytest.warns(DeprecationWarning, match="from exhubert import Classifier") as told:
        from training.predict import Classifier
    assert Classifier is exhubert.Classifier
    assert told[0].filename == __file__  # where the import stands, so that it can be found
