"""A notebook as a page: its text, and its code as it stands there."""

import json
from pathlib import PurePosixPath
from typing import Any

from docs.generate.markdown import block, page


def code_cells(notebook: str) -> list[str]:
    """The code of a notebook, cell by cell.

    Args:
        notebook: Content of an ``.ipynb`` file, format 4.
    """
    return [source_of(cell) for cell in cells_of(notebook) if cell["cell_type"] == "code"]


def notebook_page(notebook: str, file: str) -> str:
    """The page of a notebook.

    Args:
        notebook: Content of an ``.ipynb`` file, format 4, without outputs.
        file: Where it lies below ``docs/``, to be downloaded.
    """
    title, *rest = (
        source_of(cell) if cell["cell_type"] == "markdown" else block(source_of(cell), "python")
        for cell in cells_of(notebook)
    )
    heading, _, told = title.partition("\n")
    link = f"[{PurePosixPath(file).name}]({file})"
    return page(heading, f"The notebook {link}, as a page.", told.strip(), *rest)


def cells_of(notebook: str) -> list[dict[str, Any]]:
    """The cells of a notebook."""
    cells: list[dict[str, Any]] = json.loads(notebook)["cells"]
    return cells


def source_of(cell: dict[str, Any]) -> str:
    """The text of a cell."""
    return "".join(cell["source"])
