"""``check --export``: the utterances of corpora as a table, with what becomes of each."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.common.errors import UsageError
from pipeline.common.untrusted_text import csv_cell
from pipeline.schema.record import RECORD
from pipeline.schema.utterance import Utterance

_OF_RECORD = (
    *("id", "corpus", "source_path", "label_native", "emotion", "arousal_class", "valence_class"),
    *("label", "arousal", "valence", "dominance", "speaker", "gender", "age", "language", "text"),
    "split",
)

EXPORT = pa.schema(
    [
        *[(name, RECORD.field(name).type) for name in _OF_RECORD],
        *[(name, pa.float64()) for name in ("start", "end")],
        *[(name, pa.string()) for name in ("status", "reason", "detail")],
    ]
)
"""Columns of ``check --export``."""


def export_utterances(utterances: Sequence[Utterance], file: Path) -> None:
    """Writes one row an utterance, in the format of the file's suffix.

    Raises:
        UsageError: The suffix is not ``.parquet``, ``.csv`` or ``.jsonl``.
    """
    rows = [_export_row(utterance) for utterance in utterances]
    table = pa.Table.from_pylist(rows, EXPORT)
    frame: pd.DataFrame = table.to_pandas()
    file.parent.mkdir(parents=True, exist_ok=True)
    if file.suffix == ".parquet":
        pq.write_table(table, file)
    elif file.suffix == ".csv":
        frame.astype({"label": "Int8"}).apply(_csv_column).to_csv(file, index=False)
    elif file.suffix == ".jsonl":
        frame.astype({"label": "Int8"}).to_json(
            file, orient="records", lines=True, force_ascii=False
        )
    else:
        raise UsageError(f"--export {file}: expected a name that ends in .parquet, .csv or .jsonl")


def _export_row(utterance: Utterance) -> dict[str, object]:
    dropped = utterance.dropped
    return utterance._asdict() | {
        "status": utterance.status,
        "reason": dropped.reason if dropped else None,
        "detail": dropped.detail if dropped else None,
    }


def _csv_column(column: "pd.Series[Any]") -> "pd.Series[Any]":
    return column if pd.api.types.is_numeric_dtype(column) else column.map(csv_cell)
