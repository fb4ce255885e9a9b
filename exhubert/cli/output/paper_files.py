"""Tables in files of their own, for papers."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from training.evaluation.tables.paper_table import PaperTable


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
    for file in files:
        file.parent.mkdir(parents=True, exist_ok=True)
        for path, table in zip(_beside(file, list(tables)), tables.values(), strict=True):
            table.write_file(path)
            written.append(path)
    return written


def _beside(file: Path, names: Sequence[str]) -> list[Path]:
    """A file for each name; the first is the file itself."""
    return [file, *(file.with_stem(f"{file.stem}-{name}") for name in names[1:])]
