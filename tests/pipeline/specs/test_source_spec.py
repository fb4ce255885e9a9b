"""What a spec says of files that hold many clips."""

import pytest

from pipeline.specs.source_spec import ParquetSpec
from pipeline.specs.yaml_reader import SpecError
from tests.conftest import MakeSpec


def test_globs_alone_are_a_whole_description(make_spec: MakeSpec) -> None:
    spec = make_spec(parquet='"data/*.parquet"')
    assert spec.parquet == ParquetSpec(files=["data/*.parquet"])
    assert spec.audio == ["wav/*.wav"]


def test_without_audio_every_row_is_a_clip(make_spec: MakeSpec) -> None:
    spec = make_spec(parquet='{files: ["a/*.parquet", "b.parquet"], take: [n]}', audio="")
    assert spec.audio == ["a/*.parquet/**", "b.parquet/**"]
    assert "n" in spec.fields


def test_columns_are_those_of_take_name_and_where() -> None:
    spec = ParquetSpec.model_validate(
        {"files": "*", "take": {"a": "x", "b": "y?"}, "name": "{z}", "where": {"y": "1"}}
    )
    assert spec.columns == {"z": True, "y": True, "x": True}
    assert ParquetSpec.model_validate({"files": "*", "take": ["a?"]}).columns == {
        "_name": True, "a": False
    }  # fmt: skip


def test_names_are_a_list_or_by_number() -> None:
    listed = ParquetSpec.model_validate({"files": "*", "names": {"n": ["anger", "joy"]}})
    named = {"files": "*", "names": {"n": {"0": "anger", "1": "joy"}}}
    assert listed == ParquetSpec.model_validate(named)


def test_a_spec_needs_audio_or_rows(make_spec: MakeSpec) -> None:
    with pytest.raises(SpecError, match=r"parquet\.fils: unknown key; did you mean 'files'"):
        make_spec(parquet="{fils: x}")
