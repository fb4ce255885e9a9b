"""Tables and figures in files of their own, for papers."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from training.evaluation.tables.paper_table import PaperTable

if TYPE_CHECKING:  # of an extra
    from matplotlib.figure import Figure


def write_tables(tables: Mapping[str, PaperTable], files: Sequence[Path]) -> list[Path]:
    """Writes the first table into each file as it is called, and the others beside it.

    Args:
        tables: By name; that of any but the first stands in its file's name, as in
            ``scores-classes.tex`` beside ``scores.tex``.
        files: Whose names end in one of :data:`training.evaluation.tables.paper_table.SUFFIXES`.

    Returns:
        The files written.
    """
    written = []
    for path, name in _places(list(tables), files):
        tables[name].write_file(path)
        written.append(path)
    return written


def write_figures(figures: Mapping[str, "Figure"], files: Sequence[Path]) -> list[Path]:
    """Writes figures as :func:`write_tables` does tables.

    Args:
        figures: By name.
        files: Whose names end in one of :data:`training.evaluation.figures.style.SUFFIXES`.

    Returns:
        The files written.
    """
    from training.evaluation.figures.style import save_figure

    written = []
    for path, name in _places(list(figures), files):
        save_figure(figures[name], path)
        written.append(path)
    return written


def _places(names: Sequence[str], files: Sequence[Path]) -> Iterator[tuple[Path, str]]:
    """Files to write, with what goes into each; the first into the named file, others beside it."""
    for file in files:
        file.parent.mkdir(parents=True, exist_ok=True)
        for number, name in enumerate(names):
            yield (file.with_stem(f"{file.stem}-{name}") if number else file), name
