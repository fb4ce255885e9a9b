from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from pipeline.checks.utterance_export import EXPORT, export_utterances
from pipeline.common.errors import UsageError
from pipeline.schema.utterance import Utterance, rejected

GOOD = Utterance(
    "a/1", "a", "a/1", "1.wav", 9, "", label_native="A", emotion="anger", label=3, split="train",
    text="=1+1",
)  # fmt: skip
READERS: dict[str, Callable[[Path], Any]] = {
    ".parquet": pd.read_parquet,
    ".csv": pd.read_csv,
    ".jsonl": partial(pd.read_json, lines=True),
}
BAD = GOOD._replace(id="a/2", label=None, dropped=rejected("index", "bad_file", "it is a pipe"))


@pytest.mark.parametrize("suffix", READERS)
def test_every_utterance_has_a_row_with_what_becomes_of_it(tmp_path: Path, suffix: str) -> None:
    file = tmp_path / "new" / f"all{suffix}"
    export_utterances([GOOD, BAD], file)
    read = READERS[suffix](file)
    assert list(read.columns) == EXPORT.names
    assert read["id"].tolist() == ["a/1", "a/2"]
    assert read["status"].tolist() == ["ok", "rejected"]
    assert (read["reason"][1], read["detail"][1]) == ("bad_file", "it is a pipe")
    assert read["label"][0] == 3
    assert pd.isna(read["label"][1])
    assert read["text"][0] == ("'=1+1" if suffix == ".csv" else "=1+1")


def test_other_forms_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"ends in \.parquet, \.csv or \.jsonl"):
        export_utterances([GOOD], tmp_path / "all.xls")
