from pathlib import Path

import datasets
import pyarrow as pa
import pytest

from pipeline.dataset.croissant.utterances import column_field
from pipeline.schema.columns import (
    Column,
    arrow_schema,
    hugging_face_features,
    indexed_columns,
    markdown_table,
    stage_columns,
)
from pipeline.schema.record import COLUMNS

DOCS = Path(__file__).parents[3] / "docs" / "dataset.md"


def test_a_new_column_is_followed_everywhere() -> None:
    noise = Column("snr_db", pa.float32(), "signal-to-noise ratio in dB", "audio", ("training",))
    columns = (*COLUMNS, noise)
    assert arrow_schema(columns).field("snr_db").type == pa.float32()
    assert b'"snr_db": {"dtype": "float32"' in arrow_schema(columns).metadata[b"huggingface"]
    assert hugging_face_features(columns)["snr_db"] == {"dtype": "float32", "_type": "Value"}
    field = column_field(noise)
    assert (field["dataType"], field["description"]) == ("cr:Float32", noise.meaning)
    assert markdown_table(columns).endswith(
        "| `snr_db` | float32 | signal-to-noise ratio in dB |\n"
    )
    assert indexed_columns(columns, "training")[-1] == "snr_db"
    assert "snr_db" not in indexed_columns(columns, "statistics")
    assert stage_columns(columns, "audio")[-1] == "snr_db"


@pytest.mark.parametrize(
    "dtype",
    [
        pa.string(), pa.float32(), pa.int64(), pa.int32(), pa.int16(), pa.list_(pa.string()),
        pa.list_(pa.struct([("start", pa.float32()), ("word", pa.string())])),
    ],
)  # fmt: skip
def test_every_type_that_a_column_may_have_is_expressed_by_all(dtype: pa.DataType) -> None:
    column = Column("made_up", dtype, "made up", "audio")
    features = datasets.Features.from_dict(hugging_face_features([column]))
    assert features.arrow_schema.field("made_up").type == dtype
    assert column_field(column)["@id"] == "utterances/made_up"
    assert column.type_name in markdown_table([column])


@pytest.mark.parametrize(
    "dtype", [pa.float16(), pa.map_(pa.string(), pa.string()), pa.list_(pa.list_(pa.string()))]
)
def test_a_type_that_croissant_or_datasets_lack_fails_where_the_column_is_declared(
    dtype: pa.DataType,
) -> None:
    with pytest.raises(TypeError, match="column 'made_up' is of type"):
        Column("made_up", dtype, "made up", "audio")


def test_the_docs_hold_the_table_of_columns() -> None:
    assert markdown_table(COLUMNS) in DOCS.read_text(encoding="utf-8"), (
        "docs/dataset.md, The record: expected\n" + markdown_table(COLUMNS)
    )
