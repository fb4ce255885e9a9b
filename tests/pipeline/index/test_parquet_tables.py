"""Tables in Parquet."""

import io
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.common.errors import DataError
from pipeline.index.parquet_tables import parse_parquet
from pipeline.index.table_formats import read_table
from pipeline.planning.index_corpus import index_corpus
from pipeline.sources.class_names import ReadFile
from pipeline.sources.listing import SourceFile
from pipeline.specs.emotion_scheme import emotion_scheme
from pipeline.specs.table_spec import TableSpec
from tests.conftest import MakeSpec, write_tone
from tests.support.corpus_in_memory import index_files


def stored(table: pa.Table) -> bytes:
    buffer = io.BytesIO()
    pq.write_table(table, buffer, row_group_size=1)
    return buffer.getvalue()


def test_cells_are_text_and_classes_are_named() -> None:
    features = {"label": {"names": ["anger", "joy"], "_type": "ClassLabel"}}
    table = pa.table(
        {
            "file_name": ["a.wav", "b.wav"],
            "label": [1, 0],
            "age": [30, None],
            "who": [{"id": "x"}, {"id": "y"}],
            "audio": [b"no", b"text"],
        }
    ).replace_schema_metadata({"huggingface": json.dumps({"info": {"features": features}})})
    assert parse_parquet(stored(table), frozenset({"who.id", "absent"}), "it") == [
        {"file_name": "a.wav", "label": "joy", "age": "30", "who": '{"id": "x"}', "who.id": "x"},
        {"file_name": "b.wav", "label": "anger", "age": "", "who": '{"id": "y"}', "who.id": "y"},
    ]


def test_a_card_beside_a_table_names_its_classes(make_spec: MakeSpec) -> None:
    label = {"name": "label", "dtype": {"class_label": {"names": {"0": "neu", "1": "ang"}}}}
    card = f"---\n{json.dumps({'dataset_info': {'features': [label]}})}\n---\n"
    numbers = pa.array([1, None, 0], pa.float64())  # as pandas writes them where some are missing
    rows = pa.table({"file": ["s01_ang_0", "s01_neu_1", "s02_neu_0"], "label": numbers})
    contents = {
        "README.md": card.encode(),
        "data/train-00000-of-00001.parquet": stored(rows),
        **dict.fromkeys(("wav/s01_ang_0.wav", "wav/s02_neu_0.wav"), b""),
    }
    spec = make_spec(
        path="'(?P<speaker>s0\\d)'",
        tables="{t: {file: 'data/*.parquet', match: {file: '{stem}'}, take: {emotion: label}}}",
    )
    files = [SourceFile(path, 1, "") for path in contents]
    found = index_files(spec, files, read_from(contents), emotion_scheme()).utterances
    assert [(one.status, one.label_native) for one in found] == [("ok", "ang"), ("ok", "neu")]


def read_from(contents: dict[str, bytes]) -> ReadFile:
    def read(path: str) -> bytes:
        if path not in contents:
            raise FileNotFoundError(path)
        return contents[path]

    return read


def test_a_pointer_and_a_missing_column_are_told(tmp_path: Path) -> None:
    table = TableSpec.model_validate({"file": "x", "match": {"f": "{stem}"}, "take": ["e"]})
    with pytest.raises(DataError, match="it: no Parquet file, but a Git LFS pointer"):
        read_table(b"version https://git-lfs.github.com/spec/v1", table, "x.parquet", "it")
    with pytest.raises(DataError, match="it: no Parquet file, or damaged"):
        read_table(b"PAR1....", table, "x.csv", "it")
    rows = read_table(stored(pa.table({"f": ["a"]})), table, "x", "it").rows
    assert rows == [{"f": "a", "_stem": "x"}]


@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet"])
def test_the_metadata_of_an_audio_folder(kind: str, make_spec: MakeSpec, tmp_path: Path) -> None:
    root = tmp_path / "folder"
    for part in ("train", "test"):
        rows = [{"file_name": f"s/{name}.wav", "emotion": name, "n": 1} for name in ("ang", "neu")]
        for row in rows:
            write_tone(root / part / str(row["file_name"]))
        file = root / part / f"metadata.{kind}"
        if kind == "csv":
            lines = ["file_name,emotion,n", *(",".join(map(str, row.values())) for row in rows)]
            file.write_text("\n".join(lines))
        elif kind == "jsonl":
            file.write_text("\n".join(map(json.dumps, rows)))
        else:
            pq.write_table(pa.Table.from_pylist(rows), file)
    spec = make_spec(
        audio='"{train,test}/**/*.wav"',
        path="'^(?P<part>train|test)/(?P<file>.+)$'",
        tables='{m: {file: "{train,test}/metadata.{csv,jsonl,parquet}", '
        "path: '(?P<part>train|test)/metadata', take: [emotion], "
        'match: {part: "{part}", file_name: "{file}"}}}',
        splits="{by: official, of: part, train: train, test: test}",
    )
    found = index_corpus(spec, str(root), emotion_scheme()).utterances
    assert [(u.id, u.emotion, u.split) for u in found] == [
        ("tones/test/s/ang", "anger", "test"),
        ("tones/test/s/neu", "neutral", "test"),
        ("tones/train/s/ang", "anger", "train"),
        ("tones/train/s/neu", "neutral", "train"),
    ]
