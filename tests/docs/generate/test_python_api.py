from pathlib import Path

import exhubert
from docs.generate.python_api import face_of, from_rest, python_pages

SOURCE = Path(exhubert.__file__).read_text(encoding="utf-8")


def test_every_name_of_the_face_stands_on_one_page() -> None:
    text = "".join(python_pages(SOURCE).values())
    for name, module in face_of(SOURCE).items():
        assert text.count(f"::: {module}.{name}\n") == 1
    assert set(face_of(SOURCE)) == set(exhubert.__all__)


def test_names_stand_where_they_are_looked_for() -> None:
    pages = python_pages(SOURCE)
    assert "::: training.inference.classifier.Classifier\n" in pages["predicting.md"]
    assert "::: training.evaluation.compare.compare\n" in pages["evaluating.md"]
    assert "::: training.finetuning.train.train\n" in pages["training.md"]
    assert "::: pipeline.running.build.build_dataset\n" in pages["assembling.md"]


def test_docstrings_become_markdown() -> None:
    assert from_rest("See :mod:`pipeline.audio`, ``code``::\n\n    x") == (
        "See `pipeline.audio`, ``code``:\n\n    x"
    )


def test_sessions_in_docstrings_are_fenced_at_their_indent() -> None:
    docstring = "Adds.\n\nExample:\n    >>> add(1, 2)\n    3\n\nMore.\n"
    assert from_rest(docstring) == (
        "Adds.\n\nExample:\n    ```pycon\n    >>> add(1, 2)\n    3\n    ```\n\nMore.\n"
    )
