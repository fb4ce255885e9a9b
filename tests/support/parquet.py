"""Parquet files with audio inside, as the datasets library writes them."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

AUDIO = pa.struct([("bytes", pa.binary()), ("path", pa.string())])


def write_parquet(
    path: Path,
    clips: Sequence[tuple[str | None, bytes | None]],
    columns: Mapping[str, Any] | None = None,
    audio: str = "audio",
    rows: int = 100,
    classes: Mapping[str, Sequence[str]] | None = None,
) -> Path:
    """Writes clips with their paths, and columns beside them.

    Args:
        path: Of the file.
        clips: Path and content of each.
        columns: The other columns, as lists or Arrow arrays.
        audio: Name of the column of the audio.
        rows: Of a row group.
        classes: Column of numbers → names, put into the footer.
    """
    cells = pa.array([{"path": name, "bytes": content} for name, content in clips], AUDIO)
    table = pa.table({audio: cells, **(columns or {})})
    if classes:
        features = {
            column: {"names": list(names), "_type": "ClassLabel"}
            for column, names in classes.items()
        }
        described = json.dumps({"info": {"features": features}})
        table = table.replace_schema_metadata({"huggingface": described})
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(table, path, row_group_size=rows)
    return path
