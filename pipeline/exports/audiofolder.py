"""Audiofolder: a folder for each split, with ``metadata.csv``, as ``datasets`` loads it."""

from dataclasses import replace

from pipeline.dataset.selection import INDEX_FILE, write_table
from pipeline.exports.export_request import ExportRequest
from pipeline.schema.record import SPLITS


def write_audiofolder(request: ExportRequest) -> None:
    """Writes ``<split>/<id>.flac`` and ``<split>/metadata.csv``."""
    for split in SPLITS:
        rows = request.rows[request.rows["split"] == split]
        if len(rows):
            files = replace(request, rows=rows).write_audio(split)
            names = [file.removeprefix(f"{split}/") for file in files]
            write_table(rows, names, request.folder / split / INDEX_FILE)
